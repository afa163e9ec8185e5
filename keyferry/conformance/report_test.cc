#include "keyferry/conformance/report.h"

#include <gmock/gmock.h>

namespace keyferry::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Run sample() {
  Run run;
  run.outcomes = {{"A-01", "works", pass("200"), Duration(1234)},
                  {"CLM-06.order", "is <safe>", broken("a \"body\" \x1b[31m & more"), Duration(5)},
                  {"A-19", "waits", skip("no ETag"), {}},
                  {"A-13", "header", allowed("none"), {}}};
  return run;
}

TEST(Report, TextHasALineACheckAndASummary) {
  const std::string text = text_report(sample());
  EXPECT_THAT(text, HasSubstr("fail    CLM-06.order     is <safe>: a \"body\""));
  EXPECT_THAT(text, HasSubstr("1 pass, 1 allowed, 0 info, 1 skip, 1 fail\n"));
}

TEST(Report, JsonHasExactlyThreeMembersACheck) {
  EXPECT_THAT(json_report(sample()),
              HasSubstr(R"([{"id":"A-01","verdict":"pass","seen":"200"},{"id":"CLM-06.order",)"));
}

TEST(Report, JunitEscapesWhatTheRelaySaid) {
  const std::string xml = junit_report(sample(), "https://relay.example/?a&b");
  EXPECT_THAT(xml, HasSubstr("https://relay.example/?a&amp;b"));
  EXPECT_THAT(xml,
              HasSubstr("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"1.239\""));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"a &quot;body&quot; "));
  EXPECT_THAT(xml, HasSubstr("is &lt;safe&gt;"));
}

TEST(Report, NothingThatARelaySaysReachesTheTerminalRaw) {
  for (const auto& report :
       {text_report(sample()), json_report(sample()), junit_report(sample(), "")}) {
    EXPECT_THAT(report, Not(HasSubstr("\x1b")));
  }
}

}  // namespace
}  // namespace keyferry::conformance
