#include "keyferry/wallet/share_view.h"

#include <algorithm>
#include <set>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/kind.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

Result<Time> time_member(const boost::json::object& object, std::string_view name) {
  KF_TRY(const std::string text, codec::text_member(object, name));
  return codec::parse_rfc3339(text);
}

bool is_plain_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == text.npos;
}

Result<std::string> cleaned(const boost::json::object& object, std::string_view name,
                            std::size_t most) {
  KF_TRY(const auto text, codec::optional_text_member(object, name));
  return codec::label(text.value_or(""), most);
}

Result<std::optional<ShareHolder>> holder_of(const boost::json::object& object) {
  KF_TRY(const auto* member, codec::optional_object_member(object, "holder"));
  if (member == nullptr) return std::optional<ShareHolder>();
  ShareHolder holder;
  KF_TRY(holder.label, cleaned(*member, "label", 64));
  KF_TRY(holder.fingerprint, cleaned(*member, "fingerprint", 80));
  return std::optional(std::move(holder));
}

Result<Done> read_pin(const boost::json::object& object, ShareView& view) {
  KF_TRY(const auto required, codec::optional_bool_member(object, "pin_required"));
  view.pin_required = required.value_or(false);
  KF_TRY(const auto left, codec::optional_integer_member(object, "pin_tries_left", 0, 1000));
  view.pin_tries_left = left.value_or(0);
  return Done{};
}

Result<Done> read_times(const boost::json::object& object, ShareView& view) {
  KF_TRY(view.window.from, time_member(object, "valid_from"));
  KF_TRY(view.window.until, time_member(object, "valid_until"));
  KF_TRY(view.link_until, time_member(object, "link_until"));
  KF_TRY(const auto* times, codec::optional_object_member(object, "times"));
  if (times == nullptr) return Done{};
  for (const auto& [name, value] : *times) {
    if (!value.is_string()) continue;
    KF_TRY(view.times[std::string(name)], codec::parse_rfc3339(value.get_string()));
  }
  return Done{};
}

std::string at(const ShareView& share, std::string_view step) {
  const auto found = share.times.find(step);
  return found == share.times.end() ? std::string() : " " + show_time(found->second);
}

std::string left(Time until, Time now) {
  return "until " + show_time(until) +
         (until > now ? " (" + show_span(until - now) + " left)" : "");
}

std::string taken_by(const ShareView& share) {
  if (!share.holder) return {};
  const std::string name = share.holder->label.empty()
                               ? std::string(" by an unnamed wallet")
                               : " by a wallet that calls itself \"" + share.holder->label + "\"";
  return name + (share.holder->fingerprint.empty() ? "" : ", key " + share.holder->fingerprint);
}

std::string pin_words(const ShareView& share) {
  if (!share.pin_required) return share.confirmed ? ", once you confirm it" : ", no PIN";
  return ", PIN with " + std::to_string(share.pin_tries_left) +
         (share.pin_tries_left == 1 ? " try left" : " tries left");
}

std::string state_words(const ShareView& share, Time now) {
  if (share.state == "open") {
    return "open: can be taken " + left(share.link_until, now) + pin_words(share);
  }
  if (share.state == "claimed") return "being taken" + at(share, "claimed") + taken_by(share);
  if (share.state == "redeemed") {
    return "taken" + at(share, "redeemed") + taken_by(share) + ", good " +
           left(share.window.until, now);
  }
  if (share.state == "locked") {
    return "locked" + at(share, "locked") + " after wrong PINs: `keyferry rearm " + share.id + "`";
  }
  return share.state + at(share, share.state) + taken_by(share);
}

// Draws the children of `parent`; every share once, whatever the parents claim.
struct Tree {
  const std::vector<ShareView>& shares;
  Time now;
  std::set<std::string> drawn = {};
  std::vector<std::string> lines = {};

  void draw(const std::vector<const ShareView*>& children, const std::string& indent) {
    for (std::size_t i = 0; i < children.size(); ++i) {
      const ShareView& share = *children[i];
      if (!drawn.insert(share.id).second) continue;
      const bool last = i + 1 == children.size();
      lines.push_back(indent + (last ? "└─ " : "├─ ") + show_share(share, now));
      draw(children_of(share.id), indent + (last ? "   " : "│  "));
    }
  }

  std::vector<const ShareView*> children_of(const std::string& id) const {
    std::vector<const ShareView*> children;
    for (const ShareView& share : shares) {
      if (share.parent == id && !drawn.contains(share.id)) children.push_back(&share);
    }
    return children;
  }
};

}  // namespace

Result<ShareView> parse_share_view(const boost::json::object& object) {
  ShareView view;
  KF_TRY(view.id, codec::text_member(object, "share"));
  KF_TRY(const auto parent, codec::optional_text_member(object, "parent"));
  view.parent = parent.value_or("");
  KF_TRY(view.kind, codec::text_member(object, "kind"));
  KF_TRY(view.state, codec::text_member(object, "state"));
  if (!is_plain_id(view.id) || !is_plain_id(view.kind) || !is_plain_id(view.state)) {
    return fail(Errc::invalid, "the authority's record of a share is malformed");
  }
  KF_TRY(const auto* rights, codec::object_member(object, "rights"));
  view.rights = *rights;
  KF_TRY(const auto depth, codec::optional_integer_member(object, "depth", 0, 64));
  view.depth = depth.value_or(0);
  KF_TRY(const auto mode, codec::optional_text_member(object, "mode"));
  view.confirmed = mode == "confirmed";
  KF_TRY(read_pin(object, view));
  KF_TRY(view.holder, holder_of(object));
  KF_TRY(read_times(object, view));
  view.raw = object;
  return view;
}

Result<ShareViews> parse_share_views(const boost::json::object& object) {
  const boost::json::value* list = object.if_contains("shares");
  if (list == nullptr || !list->is_array()) {
    return fail(Errc::invalid, "the authority's list of shares is malformed");
  }
  ShareViews views;
  for (const boost::json::value& entry : list->get_array()) {
    if (!entry.is_object()) return fail(Errc::invalid, "a share in the list is no object");
    KF_TRY(ShareView view, parse_share_view(entry.get_object()));
    views.shares.push_back(std::move(view));
  }
  constexpr std::int64_t kMost = 1'000'000'000;
  KF_TRY(const auto more, codec::optional_integer_member(object, "more", 0, kMost));
  views.more = more.value_or(0);
  KF_TRY(const auto next, codec::optional_text_member(object, "next"));
  views.next = next.value_or("");
  if (!views.next.empty() && !is_plain_id(views.next)) {
    return fail(Errc::invalid, "the authority's list of shares is malformed");
  }
  return views;
}

bool is_id_text(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == text.npos;
}

bool is_whole_id(std::string_view text) {
  return text.size() == 20 && is_id_text(text);
}

bool is_open(const ShareView& share) {
  return share.state == "open" || share.state == "claimed" || share.state == "locked";
}

bool is_over(const ShareView& share) {
  return !is_open(share) && share.state != "redeemed";
}

std::string share_title(const ShareView& share) {
  const auto kind = credential::find_kind(share.kind);
  if (!kind) return share.kind;
  const auto rights = credential::parse_rights((*kind)->schema(), share.rights);
  return rights ? (*kind)->title(*rights) : share.kind;
}

std::string show_share(const ShareView& share, Time now) {
  return share.id + "  " + share_title(share) + "  " + state_words(share, now);
}

std::vector<std::string> show_tree(const std::vector<ShareView>& shares, const std::string& root,
                                   Time now) {
  std::set<std::string> ids;
  for (const ShareView& share : shares) ids.insert(share.id);
  std::vector<const ShareView*> top;
  for (const ShareView& share : shares) {
    if (share.id != root && (share.parent == root || !ids.contains(share.parent))) {
      top.push_back(&share);
    }
  }
  Tree tree{shares, now};
  tree.drawn.insert(root);
  tree.draw(top, "");
  return tree.lines;
}

}  // namespace keyferry::wallet
