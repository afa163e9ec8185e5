#include "keyferry/client/web.h"

#include <gtest/gtest.h>

namespace keyferry::client {
namespace {

http::Response answer(int status, std::string body) {
  return http::Response{status, {}, std::move(body)};
}

TEST(Web, ErrorsSpeakTheServersWords) {
  const Error problem = error_of(answer(
      403, R"({"title":"Forbidden","detail":"the parent has no such login","error":"wider"})"));
  EXPECT_EQ(problem, (Error{Errc::forbidden, "the parent has no such login", "wider"}));
  const Error oauth = error_of(answer(
      400,
      R"({"error":"invalid_grant","error_description":"wrong PIN: 4 tries left","keyferry":{"error":"wrong_pin","tries_left":4}})"));
  EXPECT_EQ(oauth, (Error{Errc::forbidden, "wrong PIN: 4 tries left", "wrong_pin"}));
  EXPECT_EQ(error_of(answer(404, "<html>")).detail, "the server answers 404 Not Found");
  EXPECT_EQ(error_of(answer(500, "")).code, Errc::unavailable);
  EXPECT_EQ(error_of(answer(599, "")).code, Errc::unavailable);
}

TEST(Web, AChallengeSaysWhyWhereTheBodyDoesNot) {
  http::Response bare = answer(401, "");
  bare.headers.add("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\", algs=\"ES256\"");
  EXPECT_EQ(error_of(bare).reason, "use_dpop_nonce");
  bare.body = R"({"error":"invalid_token"})";
  EXPECT_EQ(error_of(bare).reason, "invalid_token");
}

TEST(Web, ServersTextCannotPlayWithTheTerminal) {
  const Error error = error_of(
      answer(400, "{\"detail\":\"\\u001b[2Jhello\\u202e\\nworld\",\"error\":\"a\\u0007b\"}"));
  EXPECT_EQ(error.detail.find('\x1b'), std::string::npos);
  EXPECT_EQ(error.detail.find('\n'), std::string::npos);
  EXPECT_EQ(error.reason.find('\a'), std::string::npos);
  EXPECT_LE(error_of(answer(400, "{\"detail\":\"" + std::string(5000, 'x') + "\"}")).detail.size(),
            300U);
}

TEST(Web, ReadsHowLongToWaitAsSecondsAlone) {
  const auto asked = [](const std::string& text) {
    http::Response response = answer(429, "");
    response.headers.set("Retry-After", text);
    return retry_after(response);
  };
  EXPECT_EQ(asked("0"), Duration(0));
  EXPECT_EQ(asked("17"), std::chrono::seconds(17));
  EXPECT_EQ(asked("4294967295"), std::chrono::hours(24));
  for (const char* text :
       {"", "-1", "1.5", "soon", "4294967296", "Wed, 25 Nov 2026 03:29:09 GMT"}) {
    EXPECT_FALSE(asked(text)) << text;
  }
  EXPECT_FALSE(retry_after(answer(429, "")));
}

TEST(Web, NamesAClockThatIsOff) {
  using std::chrono::minutes;
  EXPECT_EQ(clock_words(minutes(0)), "");
  EXPECT_EQ(clock_words(Duration(-59'000)), "");
  EXPECT_EQ(clock_words(minutes(12)), "this machine's clock is 12 minutes behind");
  EXPECT_EQ(clock_words(minutes(-180)), "this machine's clock is 3 hours ahead");
}

}  // namespace
}  // namespace keyferry::client
