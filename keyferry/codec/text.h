// Text from outside, made safe to show and to compare (utf8proc).
#pragma once

#include "keyferry/base/result.h"

namespace keyferry::codec {

// is_utf8 checks well-formedness (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

// nfc returns the NFC form. Errors: invalid (not UTF-8).
Result<std::string> nfc(std::string_view text);

// label returns NFC text without control, bidirectional-control, zero-width and line-separator
// characters, outer white space trimmed and inner runs made one space, cut to `most` code points
// (never inside a grapheme cluster's first code point). Errors: invalid (not UTF-8).
Result<std::string> label(std::string_view text, std::size_t most);

// count_code_points counts code points of well-formed UTF-8.
std::size_t count_code_points(std::string_view text);

// digits_of maps any Unicode decimal digits to ASCII and drops spaces and hyphens (a typed PIN).
// Errors: invalid (anything else in it).
Result<std::string> digits_of(std::string_view text);

}  // namespace keyferry::codec
