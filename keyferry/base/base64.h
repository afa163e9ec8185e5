// Base64 of RFC 4648: section 4 (standard) and section 5 (URL-safe).
#pragma once

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry {

// encode_base64 writes the standard alphabet with padding.
std::string encode_base64(ByteView bytes);

// encode_base64url writes the URL-safe alphabet without padding.
std::string encode_base64url(ByteView bytes);

// parse_base64 reads the standard alphabet with full padding; parse_base64url the URL-safe one
// without padding. Both refuse non-zero spare bits, white space and the other alphabet, so what
// they accept encodes to the same text again. Errors: invalid.
Result<Bytes> parse_base64(std::string_view text);
Result<Bytes> parse_base64url(std::string_view text);

// parse_base64_any reads either alphabet, mixed even, with full padding or none; spare bits must be
// zero. For what other people's programs write (tigress A-43). Errors: invalid.
Result<Bytes> parse_base64_any(std::string_view text);

}  // namespace keyferry
