// URIs as people hand them on: broken over lines, quoted, in brackets, in the middle of a message.
// All functions take plain text (plain_text.h). What they return may hold a secret: the caller
// wipes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keyferry::codec {

// on_one_line takes line breaks out, with the spaces and the marks of a quoted mail ("> ") around
// them. Spaces inside lines stay.
std::string on_one_line(std::string_view plain);

// without_marks drops the spaces, brackets and quotes (typographic ones too) around a text, and the
// sentence marks behind it.
std::string_view without_marks(std::string_view text);

// PastedUri is one place of a message where a URI begins.
struct PastedUri {
  // What it may be: up to the first space or line end; then, while nothing but a line end
  // interrupted it, with the next line's first word joined, and so on. Without marks at the ends.
  std::vector<std::string> readings;
  // The first reading ends where a URI ends: at a space, a line end, the end of the text or a mark;
  // not at some character that no URI holds.
  bool ends_plainly = false;
  // So many of the readings are made of whole lines: nothing else but marks stands on them, and no
  // line that was joined is a word or begins another.
  std::size_t pieces = 0;
};

// find_uris returns every place where `scheme` ("https://", any case) begins a word, 1024 at most
// and 8 MiB of readings; a reading has at most `most` octets and joins at most 256 lines.
std::vector<PastedUri> find_uris(std::string_view plain, std::string_view scheme, std::size_t most);

// begins_with compares without regard to the case of ASCII letters.
bool begins_with(std::string_view text, std::string_view scheme);

}  // namespace keyferry::codec
