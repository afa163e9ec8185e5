// Making shares: what is asked for, and whether it may be. Rights and windows only shrink.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/authority/share.h"

namespace keyferry::authority {

inline constexpr int kMostDepth = 16;
// The longest time a share can be redeemed: where its code alone is not enough (a PIN, or the key
// that was granted), and where it is.
inline constexpr Duration kLongestLinkLife = std::chrono::hours(48);
inline constexpr Duration kBareLinkLife = std::chrono::hours(24);
// The longest window of a root share.
inline constexpr Duration kLongestWindow = std::chrono::hours(24) * 3660;
// How far in the past a root share may begin: for clocks that differ, and a form filled in slowly.
inline constexpr Duration kMostPast = std::chrono::hours(1);

// ShareWish is a checked form; whether it is allowed is another question. Of an instant and a
// duration at most one is set.
struct ShareWish {
  std::string kind;
  boost::json::object rights;  // as asked for; absent rights come from the parent or its defaults
  std::optional<Time> valid_from;
  std::optional<Time> valid_until;
  std::optional<Duration> valid_for;
  std::optional<Time> link_until;
  std::optional<Duration> link_for;
  int depth = 0;
  Mode mode = Mode::immediate;
  std::optional<std::string> pin;
  std::optional<boost::json::object> wall_time;
};

// parse_wish reads the body of POST /v1/shares (docs/authority.md); members that it does not know
// are ignored. Errors: invalid (the detail names the member).
Result<ShareWish> parse_wish(const boost::json::object& body);

// make_root_share decides what an administrator asks for. `id` is fresh. Errors: invalid (reason
// `window` for times, `mode` for a confirmed one: nobody is there to compare words; else the
// rights' own), forbidden (right_not_enforceable).
Result<Share> make_root_share(const ServerKeys& keys, const ShareWish& wish, ShareId id, Time now);

// make_child_share decides what the holder of the last share of `above` asks for. Errors, beside
// those of a root: forbidden with reason `revoked`, `ended`, `expired` (the holder's share or one
// above), `depth_used_up`, `wider_than_parent` (the detail names the right and why).
//
//= spec:authority#4-attenuate
Result<Share> make_child_share(const ServerKeys& keys, const Path& above, const ShareWish& wish,
                               ShareId id, Time now);

}  // namespace keyferry::authority
