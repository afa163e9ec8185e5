// The one reader of what people type, paste and save: arguments, answers at a prompt, PIN and token
// files, key files, links, offers, configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/result.h"

namespace keyferry::codec {

// plain_text returns `raw` with what nobody sees taken out (byte-order mark, bidirectional and
// other format characters, zero-width ones, tags, variation selectors, fillers), with every blank
// of Unicode, the tab included, made U+0020, and with every line end (CRLF, CR, LF) made "\n".
// Vertical tab, form feed, NEL, LS and PS are blanks and no line ends, so that no comment hides a
// line. Nothing is composed: paths stay what they are.
//
// The text is at most as long as `raw` and allocated once: whoever read a secret has this one copy
// to wipe, and its own. Errors: invalid, naming `source` (a file, an option), the line and what is
// wrong: not UTF-8 (UTF-16 is called so), a control character.
Result<std::string> plain_text(std::string_view raw, std::string_view source);

// plain_line is plain_text of one line, without blanks and empty lines around it. It may be empty.
// Errors: also invalid, a second line.
Result<std::string> plain_line(std::string_view raw, std::string_view source);

// plain_lines cuts plain text into lines, each without the blanks around it; empty lines and those
// that begin with '#' are left out. The views are into `text`.
std::vector<std::string_view> plain_lines(std::string_view text);

// trimmed drops U+0020 and "\n" at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace keyferry::codec
