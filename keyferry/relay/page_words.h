// The fixed words of the relay's pages, in the languages that the browser's site speaks too. One
// file a language, pages/TAG.txt; the English one says how they are written.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "keyferry/base/clock.h"

namespace keyferry::relay {

enum class Language { en, de, fr, es, ar, zh };
inline constexpr std::array kLanguages = {Language::en, Language::de, Language::fr,
                                          Language::es, Language::ar, Language::zh};

// preferred_language is the one of these that an Accept-Language (RFC 9110) wants most; English
// where it wants none of them, or cannot be read.
Language preferred_language(std::string_view accept_language);

// tag_of is the language's name in HTML and HTTP: "en".
std::string_view tag_of(Language language);

class PageWords {
 public:
  // parse reads a file of pages/; the views are into `text`.
  explicit PageWords(std::string_view text);

  // text is one of them by its name ("title.general"), without the line end behind it; empty where
  // there is none, which page_test.cc looks for.
  std::string_view text(std::string_view name) const;
  const std::map<std::string_view, std::string_view>& all() const { return texts_; }

  // long_date: "Wednesday 25 November 2026, 15:04 UTC"
  std::string long_date(Time time) const;

 private:
  std::map<std::string_view, std::string_view> texts_;
};

// words_in is the file of that language, read at the first call. Thread-safe.
const PageWords& words_in(Language language);

// filled returns `text` with each {NAME} of it replaced.
std::string filled(std::string_view text, const std::map<std::string_view, std::string>& values);

}  // namespace keyferry::relay
