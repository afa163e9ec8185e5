#include "keyferry/relay/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyferry::relay {
namespace {

using testing::HasSubstr;
using testing::Not;

const Time kDeadline = from_unix_seconds(1'795'622'640);  // 2026-11-25T16:04:00Z
constexpr std::string_view kStock = "https://relay.example/v1/pictures/access.png";

std::string page_with(const mailbox::DisplayInformation& display,
                      Vertical vertical = Vertical::general,
                      std::string_view preview_url = kStock) {
  return render_page({display, kDeadline, vertical, "https://relay.example/v1/m/id",
                      "https://relay.example/v1/pictures/icon.png", kStock, preview_url});
}

std::string times(std::size_t count, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

//= spec:tigress#A-37 test
//= spec:tigress#API-04 test
TEST(Page, CarriesOpenGraphTags) {
  const std::string page = page_with({"A login", "for web", ""});
  EXPECT_THAT(page, HasSubstr("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("<meta property=\"og:type\" content=\"website\">"));
  EXPECT_THAT(page, HasSubstr("<meta property=\"og:title\" content=\"A login\">"));
  EXPECT_THAT(page, HasSubstr("<meta property=\"og:description\" content=\"for web\">"));
  EXPECT_THAT(page, HasSubstr("content=\"https://relay.example/v1/m/id\">"));
  EXPECT_THAT(page, HasSubstr("content=\"https://relay.example/v1/pictures/access.png\">"));
}

//= spec:tigress#A-37 test
TEST(Page, TellsTheSizeOfItsOwnPicturesOnly) {
  EXPECT_THAT(page_with({"", "", ""}), HasSubstr("\"og:image:width\" content=\"1200\""));
  const std::string foreign =
      page_with({"", "", ""}, Vertical::general, "https://pictures.example/a.jpg");
  EXPECT_THAT(foreign, HasSubstr("\"og:image\" content=\"https://pictures.example/a.jpg\""));
  EXPECT_THAT(foreign, Not(HasSubstr("og:image:")));
}

TEST(Page, SaysUntilWhenInWordsAndForPrograms) {
  const std::string page = page_with({"", "", ""});
  EXPECT_THAT(page, HasSubstr("Wednesday 25 November 2026, 16:04 UTC"));
  EXPECT_THAT(page, HasSubstr("<time datetime=\"2026-11-25T16:04:00Z\">"));
}

//= spec:tigress#PRV-06 test
TEST(Page, ShowsWhateverTheSenderWroteAsText) {
  const std::string page =
      page_with({"<script>alert(1)</script>", "\"><img src=x onerror='y'>&\x01", "javascript:x"});
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(page, Not(HasSubstr("javascript:")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("content=\"&quot;&gt;&lt;img src=x onerror=&#39;y&#39;&gt;&amp;\""));
}

//= spec:tigress#A-37 test
TEST(Page, TakesWhatHidesOrTurnsOutOfTheSendersText) {
  // Right-to-left override, zero-width space, a tag character, line separator, a newline.
  const std::string page =
      page_with({"pay\u202e\u200b\U000e0041 me\u2028\nnow", "\u2066\ufeff", ""});
  EXPECT_THAT(page, HasSubstr("\"og:title\" content=\"pay me now\""));
  EXPECT_THAT(page, HasSubstr("<p class=\"title\" dir=\"auto\">pay me now</p>"));
  EXPECT_THAT(page, HasSubstr("\"og:description\" content=\"Open the link with keyferry"));
}

TEST(Page, KeepsWordsThatAreWrittenFromTheRight) {
  EXPECT_THAT(page_with({"مفتاح", "", ""}), HasSubstr("dir=\"auto\">مفتاح</p>"));
}

//= spec:tigress#A-37 test
TEST(Page, CutsLongTextsBetweenLettersAndSaysSo) {
  // Two code points that no composition makes one, and one letter: 119 and the 121st do not part.
  const std::string letter = "x\u0323";
  const std::string page = page_with({"a" + times(70, letter), times(301, "<"), ""});
  EXPECT_THAT(page, HasSubstr("content=\"a" + times(kMostTitle / 2 - 1, letter) + "…\""));
  EXPECT_THAT(page, HasSubstr("content=\"" + times(kMostDescription, "&lt;") + "…\""));
  EXPECT_THAT(page_with({std::string(kMostTitle, 'a'), "", ""}),
              HasSubstr("content=\"" + std::string(kMostTitle, 'a') + "\""));
}

//= spec:tigress#A-46 test
TEST(Page, KnowsItsVerticalsAndTakesOthersAsGeneral) {
  EXPECT_EQ(parse_vertical(""), Vertical::general);
  EXPECT_EQ(parse_vertical("v=a"), Vertical::general);
  EXPECT_EQ(parse_vertical("v=zzz"), Vertical::general);
  EXPECT_EQ(parse_vertical("v=h"), Vertical::home);
  EXPECT_EQ(parse_vertical("utm_source=x&v=c"), Vertical::car);
  EXPECT_THAT(page_with({"", "", ""}, Vertical::car), HasSubstr("A car is being shared with you"));
}

//= spec:tigress#A-39 test
TEST(Page, ItsPolicyAllowsOneStyleSheetAndNoScript) {
  EXPECT_THAT(content_security_policy(),
              HasSubstr("default-src 'none'; img-src 'self'; style-src 'sha256-"));
  EXPECT_THAT(content_security_policy(), Not(HasSubstr("unsafe")));
  EXPECT_THAT(content_security_policy(), Not(HasSubstr("script-src")));
}

}  // namespace
}  // namespace keyferry::relay
