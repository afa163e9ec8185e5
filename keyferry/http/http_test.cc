#include "keyferry/http/http.h"

#include <gtest/gtest.h>

#include "keyferry/http/problem.h"

namespace keyferry::http {
namespace {

TEST(Headers, NamesCompareWithoutCase) {
  Headers headers;
  headers.add("ETag", "\"1\"");
  headers.add("etag", "\"2\"");
  EXPECT_EQ(headers.find("ETAG"), "\"1\"");
  EXPECT_EQ(headers.all("Etag").size(), 2u);
  headers.set("eTAG", "\"3\"");
  EXPECT_EQ(headers.all("etag"), std::vector<std::string_view>{"\"3\""});
  EXPECT_FALSE(headers.find("ETa"));
}

TEST(Reply, DyingUncalledAnswers500) {
  int status = 0;
  {
    const Reply reply([&](const Response& response) { status = response.status; });
  }
  EXPECT_EQ(status, 500);
}

TEST(Reply, TheFirstOfTwoAnswersStands) {
  std::vector<int> seen;
  {
    const Reply reply([&](const Response& response) { seen.push_back(response.status); });
    const Reply copy = reply;
    copy(text_response(201, "first"));
    reply(text_response(202, "second"));
  }
  EXPECT_EQ(seen, std::vector<int>{201});
}

TEST(Problem, ShowsDetailAndReason) {
  const Response response = problem(fail(Errc::unauthorized, "another has it", "claimed"), "DPoP");
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Unauthorized","status":401,)"
                           R"("detail":"another has it","error":"claimed"})");
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  EXPECT_EQ(response.headers.find("cache-control"), "no-store");
  EXPECT_EQ(response.headers.find("www-authenticate"), "DPoP");
}

TEST(Problem, HidesTheDetailOfOurOwnFaults) {
  for (const Errc code : {Errc::internal, Errc::io}) {
    const Response response = problem(fail(code, "row 17 of table x", "leak"));
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(
        response.body,
        R"({"type":"about:blank","title":"Internal Server Error","status":500,"error":"internal"})");
  }
}

}  // namespace
}  // namespace keyferry::http
