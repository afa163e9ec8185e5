// Text from outside, made safe to show and to compare (utf8proc).
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::codec {

// is_utf8 checks well-formedness (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

// nfc returns the NFC form. Errors: invalid (not UTF-8).
Result<std::string> nfc(std::string_view text);

// label returns NFC text without control and format characters (bidirectional controls, zero-width
// ones, tags) and what else Unicode calls ignorable (variation selectors, fillers), white space and
// line separators at the ends trimmed and their inner runs made one space, cut to `most` code
// points. The cut falls between grapheme clusters, unless the first cluster alone is longer than
// `most`. label(label(x)) == label(x). May be empty. Errors: invalid (not UTF-8).
Result<std::string> label(std::string_view text, std::size_t most);

// is_visible says whether `text` is well-formed UTF-8 that shows as what it is: not empty, none of
// the characters that label drops, no white space but U+0020, and none of that at the ends.
bool is_visible(std::string_view text);

// quote returns `text` in double quotes for a message: made a label of at most 40 code points,
// with "…" where something was cut off; "(not UTF-8)" for what is no text.
std::string quote(std::string_view text);

// count_code_points counts code points of well-formed UTF-8.
std::size_t count_code_points(std::string_view text);

// digits_of maps any Unicode decimal digits to ASCII and drops spaces, hyphens and dashes of any
// kind, and what nobody sees (a typed PIN).
// Errors: invalid (anything else in it).
Result<std::string> digits_of(std::string_view text);

}  // namespace keyferry::codec
