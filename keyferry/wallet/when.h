// Times as a person types them: an instant, or a wall time in the person's zone.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::wallet {

struct When {
  Time time{};
  bool wall = false;  // typed without zone: in the person's own
  // What the person has to know about it: the clocks change then. Empty: nothing.
  std::string note;
};

// parse_when reads "2026-11-25T14:00:00Z" (an instant), "2026-11-25 14:00" (with 'T' or a blank) or
// "14:00", the latter two in the zone of the environment. A wall time means the next instant after
// `now` that shows it: of a time that a change of clocks has twice the first that is still to come;
// of a date that is past altogether the last. A time that the clocks skip means the instant at
// which they do. Errors: invalid, saying what is wrong (a day that no calendar has, a fraction of a
// second, an offset, a zone that nobody knows), with examples.
Result<When> parse_when(std::string_view text, Time now);

// local_zone names the zone of the environment: TZ if it names one ("UTC" where it is empty), else
// what /etc/localtime leads to ("Europe/Berlin"), else "". Errors: invalid, TZ names a zone that
// the system does not know (the C library would take UTC for it without a word).
Result<std::string> local_zone();

}  // namespace keyferry::wallet
