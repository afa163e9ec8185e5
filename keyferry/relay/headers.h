// The Mailbox-* request headers, read strictly.
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/http/http.h"
#include "keyferry/mailbox/mailbox.h"
#include "keyferry/mailbox/version.h"
#include "keyferry/relay/hashes.h"

namespace keyferry::relay {

//= spec:tigress#A-00
inline constexpr std::string_view kRequestIdHeader = "Mailbox-Request-ID";
inline constexpr std::string_view kDeviceClaimHeader = "Mailbox-Device-Claim";
inline constexpr std::string_view kClaimKeyHeader = "Mailbox-Claim-Key";

// parse_request_id returns the request id, if one was sent: 1 to 128 visible ASCII characters, a
// UUID or not. Errors: invalid (others, or several of them).
Result<std::optional<std::string>> parse_request_id(const http::Headers& headers);

// parse_device_claim reads any textual UUID of either case. Errors: unauthorized
// (`device_claim`) if it is missing, malformed or there are several.
Result<DeviceClaim> parse_device_claim(const http::Headers& headers);

// hash_claim_key returns SHA-256 of the claim key that was shown, or nothing if none was. Anything
// that is not base64url of 32 octets gives a hash that nobody's key has, so it counts as wrong
//
std::optional<mailbox::ClaimKeyHash> hash_claim_key(const http::Headers& headers);

// parse_condition_header reads If-Match or If-None-Match; nothing if it is not there.
std::optional<mailbox::Condition> parse_condition_header(const http::Headers& headers,
                                                         std::string_view name);

// parse_wait returns N of `Prefer: wait=N` (RFC 7240), at most 25 s; nothing without one, and what
// cannot be read is no preference.
std::optional<Duration> parse_wait(const http::Headers& headers);

// check_type demands that Content-Type is `type` (parameters are ignored); check_json_body demands
// application/json. Errors: unsupported_media.
Result<Done> check_type(const http::Headers& headers, std::string_view type);
Result<Done> check_json_body(const http::Headers& headers);

}  // namespace keyferry::relay
