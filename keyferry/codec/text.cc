// Unicode by utf8proc: what may be shown, and how it compares.
#include "keyferry/codec/text.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include <utf8proc.h>

#include "keyferry/codec/characters.h"

namespace keyferry::codec {
namespace {

Error not_utf8() {
  return fail(Errc::invalid, "the text is not UTF-8");
}

// visible drops invisible characters and makes runs of white space one space.
Result<std::string> visible(std::string_view text) {
  std::string kept;
  bool space = false;
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> c = next_code_point(text);
    if (!c) return not_utf8();
    if (is_blank(*c)) {
      space = true;
    } else if (!is_invisible(*c)) {
      if (space && !kept.empty()) kept += ' ';
      space = false;
      kept += before.substr(0, before.size() - text.size());
    }
  }
  return kept;
}

// size_of_first returns how many octets of `text` (UTF-8) stay when it is cut to `most` code
// points.
std::size_t size_of_first(std::string_view text, std::size_t most) {
  std::string_view rest = text;
  std::size_t boundary = 0;
  utf8proc_int32_t state = 0;
  std::optional<char32_t> last;
  for (std::size_t count = 0; !rest.empty(); ++count) {
    const std::size_t at = text.size() - rest.size();
    const std::optional<char32_t> c = next_code_point(rest);
    const bool breaks =
        last && utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(*last),
                                                 static_cast<utf8proc_int32_t>(*c), &state);
    if (breaks) boundary = at;
    if (count == most) return boundary != 0 ? boundary : at;
    last = c;
  }
  return text.size();
}

// digit_value of a decimal digit: Unicode assigns them in runs of ten, starting with zero.
char digit_value(utf8proc_int32_t c) {
  utf8proc_int32_t zero = c;
  while (utf8proc_category(zero - 1) == UTF8PROC_CATEGORY_ND) --zero;
  return static_cast<char>((c - zero) % 10);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!next_code_point(text)) return false;
  }
  return true;
}

Result<std::string> nfc(std::string_view text) {
  // ASCII is composed as it is.
  if (std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) {
    return std::string(text);
  }
  utf8proc_uint8_t* composed = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(composed, &std::free);
  if (size < 0) return not_utf8();
  return std::string(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size));
}

//= spec:quality#1-text
Result<std::string> label(std::string_view text, std::size_t most) {
  KF_TRY(const std::string kept, visible(text));
  KF_TRY(std::string composed, nfc(kept));
  composed.resize(size_of_first(composed, most));
  if (composed.ends_with(' ')) composed.pop_back();
  return composed;
}

bool is_visible(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  while (!text.empty()) {
    const std::optional<char32_t> c = next_code_point(text);
    if (!c || (*c != ' ' && is_blank(*c)) || is_invisible(*c)) return false;
  }
  return true;
}

std::string quote(std::string_view text) {
  constexpr std::size_t kMost = 40;
  const Result<std::string> whole = label(text, text.size());
  if (!whole) return "(not UTF-8)";
  const Result<std::string> cut = label(text, kMost);
  return '"' + *cut + (cut->size() < whole->size() ? "…\"" : "\"");
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

Result<std::string> digits_of(std::string_view text) {
  std::string digits;
  while (!text.empty()) {
    const std::optional<char32_t> c = next_code_point(text);
    if (!c) return not_utf8();
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(*c));
    if (category == UTF8PROC_CATEGORY_ND) {
      digits += static_cast<char>('0' + digit_value(static_cast<utf8proc_int32_t>(*c)));
    } else if (!is_blank(*c) && (is_control(*c) || !is_invisible(*c)) &&
               category != UTF8PROC_CATEGORY_PD && *c != 0x2212) {
      return fail(Errc::invalid, "only digits, spaces and hyphens may be typed here");
    }
  }
  return digits;
}

}  // namespace keyferry::codec
