// The files are part of the program; each is split once, at its [name] lines, into views, and only
// what is filled in is copied.
#include "keyferry/relay/page_words.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <optional>
#include <vector>

#include "keyferry/relay/embedded.h"

namespace keyferry::relay {
namespace {

constexpr std::size_t kMostAcceptLanguage = 1024;
constexpr int kFullQuality = 1000;

std::string_view trimmed_item(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// take_item takes what stands before the next `mark` off `rest`.
std::string_view take_item(std::string_view& rest, char mark) {
  const std::string_view item = rest.substr(0, rest.find(mark));
  rest.remove_prefix(std::min(item.size() + 1, rest.size()));
  return trimmed_item(item);
}

// The weight in thousandths of "q=0.8"; nothing for what is no weight.
std::optional<int> parse_quality(std::string_view text) {
  if (!text.starts_with("q=") && !text.starts_with("Q=")) return std::nullopt;
  text.remove_prefix(2);
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  std::string digits(text.substr(0, 1));
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  if (text.size() > 1) digits += text.substr(2);
  digits.resize(4, '0');
  int quality = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), quality);
  const bool whole = fault == std::errc() && end == digits.data() + digits.size();
  if (!whole || quality > kFullQuality) return std::nullopt;
  return quality;
}

std::optional<Language> parse_language(std::string_view range) {
  std::string primary(range.substr(0, range.find('-')));
  for (char& c : primary) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Language language : kLanguages) {
    if (primary == tag_of(language)) return language;
  }
  return std::nullopt;
}

// The words of a list that stand at blanks.
std::string_view nth_word(std::string_view list, unsigned number) {
  for (unsigned i = 0; i < number; ++i) take_item(list, ' ');
  return take_item(list, ' ');
}

std::string_view embedded_words(Language language) {
  switch (language) {
    case Language::de:
      return embedded::de_txt();
    case Language::fr:
      return embedded::fr_txt();
    case Language::es:
      return embedded::es_txt();
    case Language::ar:
      return embedded::ar_txt();
    case Language::zh:
      return embedded::zh_txt();
    case Language::en:
      break;
  }
  return embedded::en_txt();
}

}  // namespace

std::string_view tag_of(Language language) {
  constexpr std::array<std::string_view, kLanguages.size()> kTags = {"en", "de", "fr",
                                                                     "es", "ar", "zh"};
  return kTags[static_cast<std::size_t>(language)];
}

Language preferred_language(std::string_view accept_language) {
  Language best = Language::en;
  int best_quality = 0;
  accept_language = accept_language.substr(0, kMostAcceptLanguage);
  while (!accept_language.empty()) {
    std::string_view item = take_item(accept_language, ',');
    const auto language = parse_language(take_item(item, ';'));
    const auto quality =
        item.empty() ? std::optional(kFullQuality) : parse_quality(trimmed_item(item));
    if (!language || !quality || *quality <= best_quality) continue;
    best = *language;
    best_quality = *quality;
  }
  return best;
}

PageWords::PageWords(std::string_view text) {
  std::string_view name;
  const char* begin = nullptr;
  const auto end_text = [&](const char* end) {
    if (begin == nullptr) return;
    std::string_view all(begin, static_cast<std::size_t>(end - begin));
    while (all.ends_with('\n')) all.remove_suffix(1);
    texts_.emplace(name, all);
  };
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with('[') || !line.ends_with(']')) continue;
    end_text(line.data());
    name = line.substr(1, line.size() - 2);
    begin = text.data();
  }
  end_text(text.data());
}

std::string_view PageWords::text(std::string_view name) const {
  const auto found = texts_.find(name);
  return found == texts_.end() ? std::string_view() : found->second;
}

std::string PageWords::long_date(Time time) const {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::minutes>(time - day));
  std::array<char, 16> hours{};
  std::snprintf(hours.data(), hours.size(), "%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()));
  const unsigned month = static_cast<unsigned>(date.month()) - 1;
  const unsigned weekday = std::chrono::weekday(day).c_encoding();
  return filled(text("date"), {{"day", std::string(nth_word(text("days"), weekday))},
                               {"number", std::to_string(static_cast<unsigned>(date.day()))},
                               {"month", std::string(nth_word(text("months"), month))},
                               {"year", std::to_string(static_cast<int>(date.year()))},
                               {"time", hours.data()}});
}

const PageWords& words_in(Language language) {
  static const auto all = [] {
    std::vector<PageWords> words;
    for (const Language each : kLanguages) words.emplace_back(embedded_words(each));
    return words;
  }();
  return all[static_cast<std::size_t>(language)];
}

std::string filled(std::string_view text, const std::map<std::string_view, std::string>& values) {
  std::string out;
  while (!text.empty()) {
    const std::size_t mark = std::min(text.find('{'), text.size());
    out += text.substr(0, mark);
    text.remove_prefix(mark);
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) return out.append(text);
    const auto value = values.find(text.substr(1, end - 1));
    out += value == values.end() ? std::string(text.substr(0, end + 1)) : value->second;
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace keyferry::relay
