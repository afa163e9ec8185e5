// A share as the authority tells its holder about it, and the tree that a person sees. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/credential/window.h"

namespace keyferry::wallet {

struct ShareHolder {
  std::string label;  // cleaned; empty: a wallet that told none
  bool label_from_receiver = true;
  std::string fingerprint;
};

struct ShareView {
  std::string id;
  std::string parent;
  std::string kind;
  std::string state;
  boost::json::object rights;
  credential::Window window;
  Time link_until{};
  std::int64_t depth = 0;
  bool confirmed = false;  // its maker grants one key, after comparing words or a code
  bool pin_required = false;
  std::int64_t pin_tries_left = 0;
  std::optional<ShareHolder> holder;
  std::map<std::string, Time, std::less<>> times;  // "created", "redeemed", …
  boost::json::object raw;                         // as it came, for --json
};

// parse_share_view reads a share record; texts for the terminal come out cleaned. Errors: invalid.
Result<ShareView> parse_share_view(const boost::json::object& object);
// ShareViews is a page of a list, or several.
struct ShareViews {
  std::vector<ShareView> shares;
  std::int64_t more = 0;  // shares behind these
  std::string next;       // where the next page begins; empty: nothing follows
};
// parse_share_views reads {"shares": […], "more": N, "next": "…"?}.
Result<ShareViews> parse_share_views(const boost::json::object& object);

// is_id_text says that every character of `text` is one of a share id; is_whole_id says that `text`
// is a whole share id, not the beginning of one.
bool is_id_text(std::string_view text);
bool is_whole_id(std::string_view text);

// is_over says that nothing can be taken with it any more and nobody holds it.
bool is_over(const ShareView& share);
// is_open says that it waits to be taken.
bool is_open(const ShareView& share);

// show_share writes one share in one line: id, what it gives, state with its time, and, as far as
// known, who took it (label as "calls itself", fingerprint) and how long it is good.
std::string show_share(const ShareView& share, Time now);

// show_tree writes `shares` as a tree below the share `root`, indented with lines; brothers are in
// the order given. Shares whose parent is not among them hang below the root.
std::vector<std::string> show_tree(const std::vector<ShareView>& shares, const std::string& root,
                                   Time now);

// share_title names what a share gives ("deploy@web").
std::string share_title(const ShareView& share);

}  // namespace keyferry::wallet
