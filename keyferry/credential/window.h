// When a share and its credential are valid: instants in UTC, and a child's lies in its parent's.
#pragma once

#include <span>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::credential {

// Window is half open: from `from` up to, not including, `until`.
struct Window {
  Time from{};
  Time until{};
  friend bool operator==(const Window&, const Window&) = default;
};

// kWindowSkew is how far a verifier's clock may be behind at the start of a window; at its end
// nothing is allowed (authority.md section 4).
inline constexpr Duration kWindowSkew = std::chrono::seconds(120);

// check_window says whether a new share may have `child`: until after from, until after `now`.
// Errors: invalid with reason window.
Result<Done> check_window(const Window& child, Time now);

// check_window_inside says whether `child` starts and ends in `parent` (equal is fine). Errors:
// forbidden with reason wider_than_parent, the detail naming both instants.
Result<Done> check_window_inside(const Window& parent, const Window& child);

// credential_window is the window of a credential issued or renewed at `now` for the last share of
// `path` (root first; never empty). It starts kWindowSkew before the latest of `now` and every
// start on the path, so never earlier than an ancestor's credential could, and ends at the first
// end on the path, at most `longest` after that latest instant. It is never stretched at its end.
// Instants are rounded inwards to whole seconds. Errors: invalid with reason window (nothing is
// left of it: the path is over).
Result<Window> credential_window(std::span<const Window> path, Duration longest, Time now);

}  // namespace keyferry::credential
