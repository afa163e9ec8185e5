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
};

// parse_when reads "2026-11-25T14:00:00Z" (an instant), "2026-11-25 14:00" (with 'T' or a blank) or
// "14:00" (the next one after `now`), the latter two in the zone of the environment. A wall time
// that a change of clocks leaves out or has twice is refused. Errors: invalid, with examples.
Result<When> parse_when(std::string_view text, Time now);

// local_zone names the zone of the environment: TZ if it names one, else what /etc/localtime leads
// to ("Europe/Berlin"), else "".
std::string local_zone();

}  // namespace keyferry::wallet
