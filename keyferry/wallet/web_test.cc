#include "keyferry/wallet/web.h"

#include <gtest/gtest.h>

#include "keyferry/wallet/web_url.h"

namespace keyferry::wallet {
namespace {

net::Response answer(int status, std::string body) {
  return net::Response{status, {}, std::move(body)};
}

TEST(WebUrl, OriginLeavesOutTheDefaultPort) {
  EXPECT_EQ(parse_web_url("https://Auth.Example:443/a/b?c=d")->origin, "https://auth.example");
  EXPECT_EQ(parse_web_url("https://auth.example:8444")->origin, "https://auth.example:8444");
  EXPECT_EQ(parse_web_url("https://auth.example/a/b?c=d")->path, "/a/b");
  EXPECT_EQ(parse_web_url("https://auth.example/a/b?c=d")->query, "c=d");
  EXPECT_EQ(parse_web_url("https://[2001:DB8::1]:1/")->origin, "https://[2001:db8::1]:1");
  EXPECT_EQ(parse_web_url("http://127.0.0.1:8444/x")->origin, "http://127.0.0.1:8444");
}

TEST(WebUrl, RefusesWhatIsNotPlainHttps) {
  for (const char* text :
       {"", "auth.example", "http://auth.example", "ftp://auth.example", "https://",
        "https://user@auth.example", "https://auth.example#x", "https://auth.example/a b",
        "https://auth.example:x", "https://auth.example:", "https://auth.example\\@evil.example",
        "https://auth.example\n", "javascript:alert(1)", "http://127.0.0.1.evil\x01"}) {
    EXPECT_FALSE(parse_web_url(text)) << text;
  }
}

TEST(Web, ErrorsSpeakTheServersWords) {
  const Error problem = error_of(answer(
      403, R"({"title":"Forbidden","detail":"the parent has no such login","error":"wider"})"));
  EXPECT_EQ(problem, (Error{Errc::forbidden, "the parent has no such login", "wider"}));
  const Error oauth = error_of(answer(
      400,
      R"({"error":"invalid_grant","error_description":"wrong PIN: 4 tries left","keyferry":{"error":"wrong_pin","tries_left":4}})"));
  EXPECT_EQ(oauth, (Error{Errc::invalid, "wrong PIN: 4 tries left", "wrong_pin"}));
  EXPECT_EQ(error_of(answer(404, "<html>")).detail, "the server answers 404 Not Found");
  EXPECT_EQ(error_of(answer(500, "")).code, Errc::io);
  EXPECT_EQ(error_of(answer(599, "")).code, Errc::unavailable);
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

TEST(Web, ReadsDatesOfHeaders) {
  EXPECT_EQ(unix_seconds(*parse_http_date("Wed, 25 Nov 2026 03:14:48 GMT")), 1795576488);
  for (const char* text : {"", "Wed, 25 Nov 2026 03:14:48", "25 Nov 2026 03:14:48 GMT",
                           "Wed, 31 Nov 2026 03:14:48 GMT", "Wed, 25 ovN 2026 03:14:48 GMT",
                           "Wed, 25 Nov 2026 24:14:48 GMT", "Wed, 25 Nov 2026 03:14:48 GMT x"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(Web, NamesAClockThatIsOff) {
  using std::chrono::minutes;
  EXPECT_EQ(clock_words(minutes(0)), "");
  EXPECT_EQ(clock_words(Duration(-59'000)), "");
  EXPECT_EQ(clock_words(minutes(12)), "this machine's clock is 12 minutes behind");
  EXPECT_EQ(clock_words(minutes(-180)), "this machine's clock is 3 hours ahead");
}

}  // namespace
}  // namespace keyferry::wallet
