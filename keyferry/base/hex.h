// Hexadecimal text.
#pragma once

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry {

// encode_hex writes two lower-case digits an octet.
std::string encode_hex(ByteView bytes);

// parse_hex reads pairs of digits of either case. Errors: invalid (odd length, another character).
Result<Bytes> parse_hex(std::string_view text);

}  // namespace keyferry
