#include "keyferry/codec/http_date.h"

#include <gtest/gtest.h>

#include "keyferry/codec/rfc3339.h"

namespace keyferry::codec {
namespace {

TEST(HttpDate, ReadsWhatServersSend) {
  EXPECT_EQ(*parse_http_date("Wed, 25 Nov 2026 03:29:09 GMT"),
            *parse_rfc3339("2026-11-25T03:29:09Z"));
  EXPECT_EQ(*parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT"),
            *parse_rfc3339("2024-02-29T23:59:59Z"));
}

TEST(HttpDate, RefusesEverythingElse) {
  for (const char* wrong : {"", "Wed, 25 Nov 2026 03:29:09", "Wed, 25 Nov 2026 03:29:09 UTC",
                            "Wed, 30 Feb 2026 03:29:09 GMT", "Wed, 25 Nox 2026 03:29:09 GMT",
                            "Wed, 25 ovN 2026 03:29:09 GMT", "25 Nov 2026 03:29:09 GMT",
                            "Wed, 25 Nov 2026 03:29:09 GMT x", "Wed, 25 Nov 2026 24:00:00 GMT",
                            "Wed, 25 Nov 2026 03:60:09 GMT", "Wed, -5 Nov 2026 03:29:09 GMT",
                            "Wed, 25 Nov 2026 03:29:09 GMT ", "2026-11-25T03:29:09Z"})
    EXPECT_FALSE(parse_http_date(wrong)) << wrong;
}

TEST(ServerTime, IsTheDateAndTheAgeOfWhatACacheKept) {
  const std::string_view date = "Wed, 25 Nov 2026 03:29:09 GMT";
  const Time written = *parse_http_date(date);
  EXPECT_EQ(server_time(date, std::nullopt), written);
  EXPECT_EQ(server_time(date, "0"), written);
  EXPECT_EQ(server_time(date, "7200"), written + std::chrono::hours(2));
  for (std::string_view odd : {"", "-1", "x", "1.5", "1, 2", "99999999999999999999"}) {
    EXPECT_FALSE(server_time(date, odd)) << odd;
  }
  EXPECT_FALSE(server_time(std::nullopt, "5"));
  EXPECT_FALSE(server_time("yesterday", std::nullopt));
}

}  // namespace
}  // namespace keyferry::codec
