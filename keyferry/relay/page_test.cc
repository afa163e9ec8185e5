#include "keyferry/relay/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyferry::relay {
namespace {

using testing::HasSubstr;
using testing::Not;

const Time kDeadline = from_unix_seconds(1'795'622'640);  // 2026-11-25T15:24:00Z

std::string page_with(const mailbox::DisplayInformation& display,
                      Vertical vertical = Vertical::general) {
  return render_page({display, kDeadline, vertical, "https://relay.example/v1/m/id",
                      "https://relay.example/v1/pictures/access.png",
                      "https://relay.example/v1/pictures/access.png"});
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
  EXPECT_THAT(page, HasSubstr("&quot;&gt;&lt;img src=x onerror=&#39;y&#39;&gt;&amp;\xef\xbf\xbd"));
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
