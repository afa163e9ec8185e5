// The Date header (RFC 9110 section 5.6.7), to notice a clock that is far off.
#pragma once

#include <optional>
#include <string_view>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::codec {

// parse_http_date reads the one form that servers send: "Wed, 25 Nov 2026 03:29:09 GMT" (the name
// of the day is not checked). Errors: invalid.
Result<Time> parse_http_date(std::string_view text);

// server_time is what the server's clock showed when an answer came: its Date, and Age later where
// a cache kept it (RFC 9111 section 5.1). Nothing without Date, and where either cannot be read: an
// answer of unknown age says nothing about a clock.
std::optional<Time> server_time(std::optional<std::string_view> date,
                                std::optional<std::string_view> age);

}  // namespace keyferry::codec
