// The form of a request for a share.
#include <algorithm>

#include "keyferry/authority/create.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

namespace keyferry::authority {
namespace {

constexpr std::int64_t kMostSeconds = 10LL * 366 * 24 * 3600;
constexpr std::size_t kMostWallText = 64;

Result<std::optional<Time>> time_member(const boost::json::object& body, std::string_view name) {
  KF_TRY(auto text, codec::optional_text_member(body, name));
  if (!text) return std::optional<Time>();
  auto time = codec::parse_rfc3339(*text);
  if (!time) return in_context("member \"" + std::string(name) + "\"", time.error());
  return std::optional(*time);
}

Result<std::optional<Duration>> seconds_member(const boost::json::object& body,
                                               std::string_view name) {
  KF_TRY(auto seconds, codec::optional_integer_member(body, name, 1, kMostSeconds));
  if (!seconds) return std::optional<Duration>();
  return std::optional(Duration(std::chrono::seconds(*seconds)));
}

Result<Done> parse_times(const boost::json::object& body, ShareWish& wish) {
  KF_TRY(wish.valid_from, time_member(body, "valid_from"));
  KF_TRY(wish.valid_until, time_member(body, "valid_until"));
  KF_TRY(wish.valid_for, seconds_member(body, "valid_for"));
  KF_TRY(wish.link_until, time_member(body, "link_until"));
  KF_TRY(wish.link_for, seconds_member(body, "link_for"));
  if (wish.valid_until && wish.valid_for) {
    return fail(Errc::invalid, "give valid_until or valid_for, not both");
  }
  if (wish.link_until && wish.link_for) {
    return fail(Errc::invalid, "give link_until or link_for, not both");
  }
  return Done{};
}

Result<std::optional<boost::json::object>> parse_wall_time(const boost::json::object& body) {
  KF_TRY(const boost::json::object* wall, codec::optional_object_member(body, "wall_time"));
  if (wall == nullptr) return std::optional<boost::json::object>();
  boost::json::object kept;
  for (std::string_view name : {"zone", "from", "until"}) {
    KF_TRY(auto text, codec::optional_text_member(*wall, name));
    if (!text) continue;
    const bool plain = std::ranges::all_of(*text, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (text->size() > kMostWallText || !plain) {
      return fail(Errc::invalid, "wall_time holds short plain texts (zone, from, until)");
    }
    kept[name] = *text;
  }
  return std::optional(std::move(kept));
}

Result<Mode> mode_member(const boost::json::object& body) {
  KF_TRY(auto text, codec::optional_text_member(body, "mode"));
  if (!text) return Mode::immediate;
  auto mode = parse_mode(*text);
  if (!mode) return fail(Errc::invalid, "member \"mode\" must be immediate or confirmed");
  return *mode;
}

}  // namespace

Result<ShareWish> parse_wish(const boost::json::object& body) {
  ShareWish wish;
  KF_TRY(wish.kind, codec::text_member(body, "kind"));
  KF_TRY(const boost::json::object* rights, codec::optional_object_member(body, "rights"));
  if (rights != nullptr) wish.rights = *rights;
  KF_TRY(parse_times(body, wish));
  KF_TRY(auto depth, codec::optional_integer_member(body, "depth", 0, kMostDepth));
  wish.depth = static_cast<int>(depth.value_or(0));
  KF_TRY(wish.mode, mode_member(body));
  KF_TRY(wish.pin, codec::optional_text_member(body, "pin"));
  if (wish.pin && !is_pin(*wish.pin)) {
    return fail(Errc::invalid, "member \"pin\" must be exactly six digits 0-9");
  }
  KF_TRY(wish.wall_time, parse_wall_time(body));
  return wish;
}

}  // namespace keyferry::authority
