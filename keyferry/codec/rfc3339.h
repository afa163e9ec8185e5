// Instants as text: YYYY-MM-DDThh:mm:ssZ (RFC 3339, UTC, whole seconds), as every protocol here
// writes them.
#pragma once

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::codec {

// parse_rfc3339 accepts exactly the form above; second 60 counts as 59 (tigress A-17). Errors:
// invalid (offsets, fractions, lower case, impossible dates).
Result<Time> parse_rfc3339(std::string_view text);

// encode_rfc3339 rounds down to the second.
std::string encode_rfc3339(Time time);

// parse_duration reads "90s", "45m", "4h", "30d", or sums in falling order ("1h30m"). Positive, at
// most ten years. Errors: invalid, with an example in the detail.
Result<Duration> parse_duration(std::string_view text);

// encode_duration writes the shortest such text ("4h", "1h30m", "2d").
std::string encode_duration(Duration duration);

}  // namespace keyferry::codec
