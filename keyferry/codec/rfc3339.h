// Instants as text: YYYY-MM-DDThh:mm:ssZ (RFC 3339, UTC, whole seconds), as every protocol here
// writes them.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::codec {

// parse_rfc3339 accepts exactly the form above; second 60 counts as 59 (tigress A-17). Errors:
// invalid (offsets, fractions, lower case, impossible dates).
Result<Time> parse_rfc3339(std::string_view text);

// encode_rfc3339 rounds down to the second. Instants outside the years 0000 to 9999 become the
// nearest one inside.
std::string encode_rfc3339(Time time);

// parse_duration reads "90s", "45m", "4h", "30d", or sums in falling order ("1h30m"). Positive, at
// most 3650 days. Errors: invalid, saying what it is instead (a fraction, without a unit, too long)
// and with an example.
Result<Duration> parse_duration(std::string_view text);

// encode_duration writes such a sum, each unit as full as it can be and none of them zero ("4h",
// "1h30m", "2d"), rounded down to the second; "0s" for anything shorter or negative.
std::string encode_duration(Duration duration);

}  // namespace keyferry::codec
