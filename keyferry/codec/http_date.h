// The Date header (RFC 9110 section 5.6.7), to notice a clock that is far off.
#pragma once

#include <string_view>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::codec {

// parse_http_date reads the one form that servers send: "Wed, 25 Nov 2026 03:29:09 GMT" (the name
// of the day is not checked). Errors: invalid.
Result<Time> parse_http_date(std::string_view text);

}  // namespace keyferry::codec
