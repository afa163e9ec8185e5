#include "keyferry/relay/page_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keyferry/relay/page.h"

namespace keyferry::relay {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kIcon = "https://relay.example/v1/pictures/icon.png";

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string page_in(Language language, std::string_view site = {}) {
  return render_page({{"<b>", "two\nlines", ""},
                      from_unix_seconds(1'795'622'640),
                      Vertical::home,
                      "https://relay.example/v1/m/id",
                      kIcon,
                      kIcon,
                      kIcon,
                      language,
                      site});
}

TEST(PageWords, ALanguageIsChosenByItsWeight) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "en"},
      {"de", "de"},
      {"DE-at", "de"},
      {"zh-Hans-CN", "zh"},
      {"pl,ru", "en"},
      {"pl, fr;q=0.5", "fr"},
      {"fr;q=0.5, es;q=0.8", "es"},
      {"en;q=0.5,de;q=0.9", "de"},
      {"en,de", "en"},
      {"de;q=0", "en"},
      {"de;q=0, ar;q=0.001", "ar"},
      {"es ; q=0.7 , fr ; q=0.701", "fr"},
      {"*", "en"},
      {"de;q=2,fr;q=0.1", "fr"},
      {"de;q=0.9999,es", "es"},
      {"de;q=0.1234,es;q=0.05", "es"},
      {"de;q=,es;q=0.x", "en"},
      {"de;level=1", "en"},
      {"dea", "en"},
      {",,;;,", "en"},
      {"\xff\xfe;q=1,ar", "ar"},
  };
  for (const auto& [header, tag] : cases) {
    EXPECT_EQ(tag_of(preferred_language(header)), tag) << header;
  }
  EXPECT_EQ(preferred_language(std::string(1 << 20, ',') + "de"), Language::en);
}

TEST(PageWords, EveryLanguageSaysWhatEnglishSays) {
  const PageWords& english = words_in(Language::en);
  ASSERT_GT(english.all().size(), 20U);
  for (const Language language : kLanguages) {
    const PageWords& words = words_in(language);
    EXPECT_EQ(words.all().size(), english.all().size()) << tag_of(language);
    for (const auto& [name, text] : english.all()) {
      const std::string_view said = words.text(name);
      for (const std::string_view tag : {"<p", "<h2>", "<li>", "<code>", "<strong", "{"}) {
        EXPECT_EQ(count(said, tag), count(text, tag)) << tag_of(language) << ' ' << name << tag;
      }
      EXPECT_EQ(count(said, "keyferry accept"), count(text, "keyferry accept")) << name;
      EXPECT_EQ(said.empty(), name == "translation" && language == Language::en)
          << tag_of(language) << ' ' << name;
      EXPECT_THAT(std::string(said), Not(HasSubstr("<script"))) << name;
    }
  }
}

TEST(PageWords, AreWrittenInTheirDirection) {
  EXPECT_THAT(page_in(Language::ar), HasSubstr("<html lang=\"ar\" dir=\"rtl\">"));
  EXPECT_THAT(page_in(Language::de), HasSubstr("<html lang=\"de\" dir=\"ltr\">"));
  EXPECT_THAT(page_in(Language::fr), HasSubstr("\"og:locale\" content=\"fr_FR\""));
}

TEST(PageWords, TellTheDateAsThatLanguageDoes) {
  const std::pair<Language, std::string_view> cases[] = {
      {Language::en, "Wednesday 25 November 2026, 16:04 UTC"},
      {Language::de, "Mittwoch, 25. November 2026, 16:04 UTC"},
      {Language::fr, "mercredi 25 novembre 2026, 16:04 UTC"},
      {Language::es, "miércoles 25 de noviembre de 2026, 16:04 UTC"},
      {Language::ar, "الأربعاء 25 نوفمبر 2026، 16:04 UTC"},
      {Language::zh, "2026年11月25日 星期三 16:04 UTC"},
  };
  for (const auto& [language, date] : cases) {
    EXPECT_THAT(page_in(language), HasSubstr(std::string(date))) << tag_of(language);
  }
}

TEST(PageWords, NameTheSiteWhereThereIsOne) {
  for (const Language language : kLanguages) {
    EXPECT_THAT(page_in(language, "https://get.example/\"<x>/"),
                HasSubstr(">https://get.example/&quot;&lt;x&gt;/</strong>"));
    EXPECT_THAT(page_in(language), Not(HasSubstr("{site}")));
    EXPECT_THAT(page_in(language), HasSubstr("&lt;b&gt;"));
  }
}

TEST(PageWords, SayWhereNobodyHasReadTheTranslation) {
  EXPECT_THAT(render_home_page(Language::de, kIcon), HasSubstr("noch niemand gelesen"));
  EXPECT_THAT(render_missing_page(Language::zh, kIcon), HasSubstr("还没有以中文为母语的人"));
}

TEST(PageWords, FillsKnownNamesAndLeavesTheRest) {
  EXPECT_EQ(filled("a {b} c {d} {", {{"b", "{d}"}}), "a {d} c {d} {");
}

}  // namespace
}  // namespace keyferry::relay
