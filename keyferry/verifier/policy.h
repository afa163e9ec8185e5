// What a verifier does when it cannot hear the authority: the one decision about being open or
// closed. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::verifier {

struct OnUnreachable {
  enum class Kind { closed, last_good, open };
  Kind kind = Kind::last_good;
  Duration limit = std::chrono::hours(24);  // last_good only
};

// parse_on_unreachable reads "closed", "last-good:DURATION" or "open". Errors: invalid.
Result<OnUnreachable> parse_on_unreachable(std::string_view text);

// Mode is what is in force.
enum class Mode {
  following,  // the authority's newest list serves
  last_good,  // the last list serves, until the limit
  closed,     // every credential of the authority is refused
  open,       // the last list serves, for ever
};
std::string_view name_of(Mode mode);  // "following", "last-good", "closed", "open"

// Standing is how things are with the authority.
struct Standing {
  bool failing = false;         // the last attempt failed, or gave nothing to believe
  std::optional<Duration> age;  // since the last contact; nothing: unknown or never
};

// mode_in_force decides. At exactly the limit the last list still serves. An unknown age is past
// every limit. `noticed_within` is how long a broken connection may go unnoticed: `closed` closes
// when an attempt fails, or when nothing was heard for longer than that (just after a start).
//
//= spec:authority#6-unreachable
Mode mode_in_force(const OnUnreachable& policy, const Standing& standing, Duration noticed_within);

// alarm_limit is the age from which somebody must be told: that of last-good, for closed none at
// all, for open one hour.
Duration alarm_limit(const OnUnreachable& policy);

// contact_age is the time since the last contact. `by_wall` is that instant by the wall clock (from
// the state folder), `by_steady` the time since then by a clock that nobody sets, if the contact
// was in this process. The larger counts. Nothing if the wall clock is behind the contact by over
// 120 s and there is no steady clock: the clock was set back, so the age is unknown.
std::optional<Duration> contact_age(Time by_wall, Time now, std::optional<Duration> by_steady);

}  // namespace keyferry::verifier
