#include "keyferry/conformance/html.h"

#include <gtest/gtest.h>

namespace keyferry::conformance {
namespace {

TEST(Html, FindsOpenGraphTagsHoweverTheyAreWritten) {
  EXPECT_EQ(open_graph(R"(<meta property="og:title" content="A &amp; &lt;B&gt;">)", "og:title"),
            "A & <B>");
  EXPECT_EQ(open_graph("<META content='it&#39;s' property='og:title'/>", "og:title"), "it's");
  EXPECT_EQ(open_graph("<meta\nproperty=og:title content=x>", "og:title"), "x");
  EXPECT_EQ(open_graph(R"(<meta name="og:title" content="x">)", "og:title"), std::nullopt);
  EXPECT_EQ(open_graph(R"(<metadata property="og:title" content="x">)", "og:title"), std::nullopt);
}

TEST(Html, DoesNotTakePartOfANameForAnAttribute) {
  EXPECT_EQ(attribute(R"( data-src="a" src="b")", "src"), "b");
  EXPECT_EQ(attribute(R"( data-src="a")", "src"), std::nullopt);
}

TEST(Html, SurvivesPagesThatEndTooSoon) {
  for (const char* page :
       {"<meta", "<meta ", "<meta property=", "<meta property=\"og:title", "<"}) {
    EXPECT_EQ(open_graph(page, "og:title").value_or(""), "") << page;
  }
}

}  // namespace
}  // namespace keyferry::conformance
