// What kind of character a code point is, for every reader of texts in this folder.
#pragma once

#include <optional>
#include <string_view>

namespace keyferry::codec {

// next_code_point takes one code point off `rest`, which is not empty; nothing if it is malformed
// UTF-8 (then `rest` stays).
std::optional<char32_t> next_code_point(std::string_view& rest);

// is_blank: white space of any kind (tab and line ends, every space and separator of Unicode), and
// U+2800, the braille pattern without dots.
bool is_blank(char32_t c);

// is_invisible: control and format characters (bidirectional controls, zero-width ones, the
// byte-order mark, tags), what else Unicode calls ignorable (variation selectors, fillers), and two
// signs that are drawn as nothing. Line ends and tab are both blank and invisible: ask is_blank
// first.
bool is_invisible(char32_t c);

// is_control: U+0000 to U+001F and U+007F to U+009F.
bool is_control(char32_t c);

}  // namespace keyferry::codec
