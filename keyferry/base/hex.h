// Hexadecimal text.
#pragma once

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry {

// encode_hex writes two lower-case digits an octet.
std::string encode_hex(ByteView bytes);

// parse_hex reads pairs of digits of either case. Errors: invalid (odd length, another character).
Result<Bytes> parse_hex(std::string_view text);

// octet_of_hex is the value of two digits of either case, or -1.
int octet_of_hex(char high, char low);

}  // namespace keyferry
