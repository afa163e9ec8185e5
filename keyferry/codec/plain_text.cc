#include "keyferry/codec/plain_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "keyferry/base/secret.h"
#include "keyferry/codec/characters.h"

namespace keyferry::codec {
namespace {

Error wrong(std::string_view source, std::size_t line, std::string_view why) {
  return fail(Errc::invalid, std::string(source) +
                                 (line > 1 ? ":" + std::to_string(line) : std::string()) + ": " +
                                 std::string(why));
}

bool is_utf16(std::string_view raw) {
  return raw.starts_with("\xFF\xFE") || raw.starts_with("\xFE\xFF");
}

std::string name_of(char32_t c) {
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "U+%04X", static_cast<unsigned>(c));
  return name.data();
}

}  // namespace

Result<std::string> plain_text(std::string_view raw, std::string_view source) {
  if (is_utf16(raw)) return wrong(source, 1, "this is UTF-16 text: save it as UTF-8");
  std::string text;
  text.reserve(raw.size());  // never moved, so never left behind unwiped
  std::size_t line = 1;
  for (std::string_view rest = raw; !rest.empty();) {
    const std::string_view before = rest;
    const auto c = next_code_point(rest);
    const bool bad = !c || (is_control(*c) && !is_blank(*c));
    if (bad) {
      wipe(text);
      return wrong(source, line,
                   c ? "there is a control character (" + name_of(*c) + "): take it out"
                     : std::string("this is not UTF-8 text"));
    }
    if (*c == U'\r' || *c == U'\n') {
      if (*c == U'\r' && rest.starts_with('\n')) rest.remove_prefix(1);
      text += '\n';
      ++line;
    } else if (is_blank(*c)) {
      text += ' ';
    } else if (!is_invisible(*c)) {
      text += before.substr(0, before.size() - rest.size());
    }
  }
  return text;
}

Result<std::string> plain_line(std::string_view raw, std::string_view source) {
  KF_TRY(std::string text, plain_text(raw, source));
  const std::string_view line = trimmed(text);
  if (line.find('\n') != line.npos) {
    wipe(text);
    return fail(Errc::invalid, std::string(source) + ": only one line is wanted here");
  }
  text.erase(0, static_cast<std::size_t>(line.data() - text.data()));
  text.resize(line.size());
  return text;
}

std::vector<std::string_view> plain_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    if (!line.empty() && line.front() != '#') lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \n";
  const std::size_t first = text.find_first_not_of(kAround);
  if (first == text.npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(kAround) - first + 1);
}

}  // namespace keyferry::codec
