#include "keyferry/transfer/link_text.h"

#include <array>

namespace keyferry::transfer {
namespace {

// Characters that no link holds and nobody sees.
constexpr std::array<std::string_view, 7> kInvisible = {
    "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x81\xa0",
    "\xef\xbb\xbf", "\xc2\xad",     "\xe2\x80\x8e"};
constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

constexpr std::array<std::string_view, 16> kOpening = {" ",
                                                       "\t",
                                                       "<",
                                                       "(",
                                                       "[",
                                                       "{",
                                                       "\"",
                                                       "'",
                                                       "`",
                                                       "\xe2\x80\x9c",
                                                       "\xe2\x80\x98",
                                                       "\xe2\x80\x9e",
                                                       "\xe2\x80\x9a",
                                                       "\xc2\xab",
                                                       "\xe2\x80\xb9",
                                                       "\xe2\x80\x9d"};
constexpr std::array<std::string_view, 22> kClosing = {" ",
                                                       "\t",
                                                       ".",
                                                       ",",
                                                       ";",
                                                       ":",
                                                       "!",
                                                       "?",
                                                       ")",
                                                       "]",
                                                       ">",
                                                       "}",
                                                       "'",
                                                       "\"",
                                                       "`",
                                                       "\xe2\x80\x9d",
                                                       "\xe2\x80\x99",
                                                       "\xc2\xbb",
                                                       "\xe2\x80\xba",
                                                       "\xe2\x80\x9c",
                                                       "\xe3\x80\x82",
                                                       "\xe2\x80\xa6"};

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string without_line_breaks(const std::string& text) {
  std::string out;
  bool in_break = false;
  for (char c : text) {
    if (c == '\n' || c == '\r') {
      while (!out.empty() && is_blank(out.back())) out.pop_back();
      in_break = true;
    } else if (!in_break || !is_blank(c)) {
      out += c;
      in_break = false;
    }
  }
  return out;
}

template <std::size_t N>
bool strip(std::string_view& text, const std::array<std::string_view, N>& marks, bool front) {
  for (std::string_view mark : marks) {
    if (front && text.starts_with(mark)) {
      text.remove_prefix(mark.size());
      return true;
    }
    if (!front && text.ends_with(mark)) {
      text.remove_suffix(mark.size());
      return true;
    }
  }
  return false;
}

}  // namespace

std::string tidy_link_text(std::string_view text) {
  std::string clean(text);
  for (std::string_view mark : kInvisible) replace_all(clean, mark, "");
  replace_all(clean, kNoBreakSpace, " ");
  clean = without_line_breaks(clean);
  std::string_view rest = clean;
  while (strip(rest, kOpening, true) || strip(rest, kClosing, false)) {
  }
  return std::string(rest);
}

}  // namespace keyferry::transfer
