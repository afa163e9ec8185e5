#include "keyferry/authority/create.h"

#include <algorithm>

#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/kind.h"

namespace keyferry::authority {
namespace {

using credential::Window;

Error window_fault(std::string detail) {
  return fail(Errc::invalid, std::move(detail), "window");
}

Time whole_second(Time time) {
  return from_unix_seconds(unix_seconds(time));
}

Result<Window> window_of(const ShareWish& wish, const std::optional<Window>& parent, Time now) {
  const Time start = parent ? std::max(parent->from, whole_second(now)) : whole_second(now);
  Window window{wish.valid_from.value_or(start), {}};
  if (wish.valid_until) {
    window.until = *wish.valid_until;
  } else if (wish.valid_for) {
    window.until = whole_second(now) + *wish.valid_for;
  } else if (parent) {
    window.until = parent->until;
  } else {
    return window_fault("a first share needs an end: valid_until or valid_for");
  }
  KF_TRY(credential::check_window(window, now));
  if (!parent && window.from < now - kMostPast) {
    return window_fault("a first share begins now or later: valid_from lies in the past");
  }
  if (window.until > now + kLongestWindow) {
    return window_fault("a share may last ten years at most");
  }
  if (parent) {
    KF_TRY(credential::check_window_inside(*parent, window));
  }
  return window;
}

// The offer lives until the instant that the wallet also asks its mailbox for.
Result<Time> link_end(const ShareWish& wish, const Window& window, Time now) {
  const Time second = whole_second(now);
  const bool bare = !wish.pin && wish.mode == Mode::immediate;
  const Time latest = std::min(window.until, second + (bare ? kBareLinkLife : kLongestLinkLife));
  Time end = latest;
  if (wish.link_until) end = *wish.link_until;
  if (wish.link_for) end = second + *wish.link_for;
  if (end <= now) return window_fault("link_until is in the past");
  if (end > latest) {
    return window_fault("the offer may be open until " + codec::encode_rfc3339(latest) +
                        " at most (48 h, 24 h in immediate mode without a PIN, never past the "
                        "share's end)");
  }
  return end;
}

//= spec:authority#2-pin
Result<Share> fill(const ServerKeys& keys, const ShareWish& wish, Share share,
                   const std::optional<Window>& parent, Time now) {
  share.kind = wish.kind;
  share.depth = wish.depth;
  share.mode = wish.mode;
  if (wish.mode == Mode::confirmed) share.code_number = 0;
  KF_TRY(share.window, window_of(wish, parent, now));
  KF_TRY(share.link_until, link_end(wish, share.window, now));
  if (wish.pin) share.pin = PinState{pin_mac(keys, share.id, *wish.pin), kPinTries};
  share.wall_time = wish.wall_time;
  share.times.created = now;
  return share;
}

Result<Done> check_depth(const Share& parent, const ShareWish& wish) {
  if (parent.depth == 0) {
    return fail(Errc::forbidden, "this credential may not be shared on (depth 0)", "depth_used_up");
  }
  if (wish.depth >= parent.depth) {
    return fail(Errc::forbidden,
                "depth: " + std::to_string(wish.depth) + " is too much; yours is " +
                    std::to_string(parent.depth) + ", so at most " +
                    std::to_string(parent.depth - 1),
                "wider_than_parent");
  }
  return Done{};
}

}  // namespace

Result<Share> make_root_share(const ServerKeys& keys, const ShareWish& wish, ShareId id, Time now) {
  if (wish.mode == Mode::confirmed) {
    return fail(Errc::invalid, "a first share is immediate: nobody is there to compare words",
                "mode");
  }
  KF_TRY(const credential::Kind* kind, credential::find_kind(wish.kind));
  Share share{.id = std::move(id)};
  KF_TRY(share.rights, credential::make_root_rights(kind->schema(), wish.rights));
  return fill(keys, wish, std::move(share), std::nullopt, now);
}

Result<Share> make_child_share(const ServerKeys& keys, const Path& above, const ShareWish& wish,
                               ShareId id, Time now) {
  KF_TRY(check_holder(above, now));
  const Share& parent = above.back();
  if (wish.kind != parent.kind) {
    return fail(Errc::forbidden, "kind: your credential is of kind " + parent.kind,
                "wider_than_parent");
  }
  KF_TRY(const credential::Kind* kind, credential::find_kind(wish.kind));
  KF_TRY(check_depth(parent, wish));
  Share share{.id = std::move(id), .parent = parent.id};
  KF_TRY(share.rights, credential::make_child_rights(kind->schema(), parent.rights, wish.rights));
  return fill(keys, wish, std::move(share), parent.window, now);
}

}  // namespace keyferry::authority
