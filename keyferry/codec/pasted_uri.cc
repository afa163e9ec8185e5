#include "keyferry/codec/pasted_uri.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "keyferry/base/secret.h"

namespace keyferry::codec {
namespace {

constexpr std::size_t kMostPlaces = 1024;  // a mail of lists and footers has hundreds
constexpr std::size_t kMostLines = 256;
constexpr std::size_t kMostCopied = 8 << 20;

constexpr std::array<std::string_view, 17> kOpening = {" ", "*", "<", "(", "[", "{", "\"", "'", "`",
                                                       "|", "“", "‘", "„", "‚", "«", "‹",  "”"};
constexpr std::array<std::string_view, 24> kClosing = {" ", "*", ".", ",", ";", ":",  "!", "?",
                                                       ")", "]", ">", "}", "'", "\"", "`", "|",
                                                       "”", "’", "»", "›", "“", "。", "…", "，"};
// No URI holds these, nor anything beyond ASCII.
constexpr std::string_view kEnds = " \n\"<>|`\\";

template <std::size_t N>
std::string_view mark_at(std::string_view text, const std::array<std::string_view, N>& marks,
                         bool front) {
  for (const std::string_view mark : marks) {
    if (front ? text.starts_with(mark) : text.ends_with(mark)) return mark;
  }
  return {};
}

bool is_end(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || kEnds.find(c) != kEnds.npos;
}

// What a mail program puts before each line of what it quotes.
std::string_view without_quote_marks(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" >"), line.size()));
  return line;
}

std::size_t word_size(std::string_view text) {
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_end) - text.begin());
}

// next_line takes the line end off that `rest` begins with, and what stands around it; false: the
// line goes on.
bool next_line(std::string_view& rest) {
  const std::size_t blanks = std::min(rest.find_first_not_of(' '), rest.size());
  if (blanks == rest.size() || rest[blanks] != '\n') return false;
  rest = without_quote_marks(rest.substr(blanks + 1));
  return true;
}

// Whether nothing but marks stands before `at` on its line, quote marks of a mail included.
bool begins_line(std::string_view plain, std::size_t at) {
  const std::string_view before = plain.substr(0, at);
  const std::size_t end_before = before.rfind('\n');
  const std::size_t begin = end_before == before.npos ? 0 : end_before + 1;
  return without_marks(without_quote_marks(before.substr(begin))).empty();
}

// Whether nothing but marks stands between here and the end of the line.
bool ends_line(std::string_view rest) {
  return without_marks(rest.substr(0, rest.find('\n'))).empty();
}

// Letters alone, as a greeting below a URI, or marks alone, as the line above a signature: hardly a
// piece of it.
// Another URI is none either.
bool is_word(std::string_view line) {
  if (line.find("://") != line.npos) return true;
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  line = without_marks(line);
  return std::all_of(line.begin(), line.end(), is_letter) ||
         std::none_of(line.begin(), line.end(),
                      [&](char c) { return is_letter(c) || is_digit(c); });
}

PastedUri read_at(std::string_view plain, std::size_t at, std::size_t most) {
  PastedUri uri;
  std::string_view rest = plain.substr(at);
  const std::size_t size = word_size(rest);
  std::string joined(rest.substr(0, std::min(size, most + 1)));
  rest.remove_prefix(size);
  uri.ends_plainly = rest.empty() || !mark_at(rest, kClosing, true).empty() || rest[0] == '\n';
  bool pieces = begins_line(plain, at);
  for (std::size_t lines = 0; lines < kMostLines && joined.size() <= most; ++lines) {
    uri.readings.emplace_back(without_marks(joined));
    pieces = pieces && ends_line(rest);
    if (pieces) uri.pieces = uri.readings.size();
    if (!next_line(rest)) break;
    const std::size_t more = word_size(rest);
    if (more == 0) break;
    pieces = pieces && !is_word(rest.substr(0, more));
    std::string longer;
    longer.reserve(joined.size() + more);
    longer.append(joined).append(rest.substr(0, more));
    wipe(joined);
    joined = std::move(longer);
    rest.remove_prefix(more);
  }
  wipe(joined);
  return uri;
}

}  // namespace

bool begins_with(std::string_view text, std::string_view scheme) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return text.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

std::string on_one_line(std::string_view plain) {
  std::string line;
  line.reserve(plain.size());
  for (bool first = true; first || !plain.empty(); first = false) {
    std::string_view part = plain.substr(0, std::min(plain.find('\n'), plain.size()));
    plain.remove_prefix(std::min(part.size() + 1, plain.size()));
    if (!first) part = without_quote_marks(part);
    while (!plain.empty() && part.ends_with(' ')) part.remove_suffix(1);
    line.append(part);
  }
  return line;
}

std::string_view without_marks(std::string_view text) {
  for (;;) {
    const std::string_view front = mark_at(text, kOpening, true);
    text.remove_prefix(front.size());
    const std::string_view back = mark_at(text, kClosing, false);
    text.remove_suffix(back.size());
    if (front.empty() && back.empty()) return text;
  }
}

std::vector<PastedUri> find_uris(std::string_view plain, std::string_view scheme,
                                 std::size_t most) {
  std::vector<PastedUri> found;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < plain.size() && found.size() < kMostPlaces && copied < kMostCopied;
       ++at) {
    const bool inside = at > 0 && std::isalnum(static_cast<unsigned char>(plain[at - 1])) != 0;
    if (inside || !begins_with(plain.substr(at), scheme)) continue;
    found.push_back(read_at(plain, at, most));
    for (const std::string& reading : found.back().readings) copied += reading.size();
  }
  return found;
}

}  // namespace keyferry::codec
