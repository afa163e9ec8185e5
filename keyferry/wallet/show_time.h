// Times as a person reads them.
#pragma once

#include <string>

#include "keyferry/base/clock.h"

namespace keyferry::wallet {

// show_time writes an instant in the zone of the environment (TZ) with the zone's name:
// "Wed 25 Nov 2026 14:00 CET". Seconds are left out. In a zone that the system does not know it is
// UTC and says so.
std::string show_time(Time time);

// show_span writes a length with its two largest parts: "3 h 59 min", "2 days", "45 s". Negative
// ones come out as "0 s".
std::string show_span(Duration span);

}  // namespace keyferry::wallet
