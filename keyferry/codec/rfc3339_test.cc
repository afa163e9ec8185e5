#include "keyferry/codec/rfc3339.h"

#include <gtest/gtest.h>

namespace keyferry::codec {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Rfc3339, GoodDates) {  //= spec:tigress#MBX-05 test
  const std::pair<const char*, std::int64_t> cases[] = {{"1970-01-01T00:00:00Z", 0},
                                                        {"1969-12-31T23:59:59Z", -1},
                                                        {"2026-11-25T10:00:00Z", 1795600800},
                                                        {"2024-02-29T23:59:59Z", 1709251199},
                                                        {"2000-02-29T00:00:00Z", 951782400},
                                                        {"2038-01-19T03:14:08Z", 2147483648},
                                                        {"9999-12-31T23:59:59Z", 253402300799},
                                                        {"0000-01-01T00:00:00Z", -62167219200}};
  for (const auto& [text, instant] : cases) {
    const Result<Time> time = parse_rfc3339(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(unix_seconds(*time), instant) << text;
    EXPECT_EQ(encode_rfc3339(*time), text);
  }
}

TEST(Rfc3339, BadDates) {  //= spec:tigress#MBX-05 test
  for (const char* text : {"",
                           "2026-11-25",
                           "2026-11-25T10:00:00",
                           "2026-11-25T10:00Z",
                           "2026-11-25T10:00:00.0Z",
                           "2026-11-25T10:00:00.123Z",
                           "2026-11-25T10:00:00,5Z",
                           "2026-11-25T10:00:00+00:00",
                           "2026-11-25T10:00:00-00:00",
                           "2026-11-25T12:00:00+02:00",
                           "2026-11-25t10:00:00Z",
                           "2026-11-25T10:00:00z",
                           "2026-11-25 10:00:00Z",
                           " 2026-11-25T10:00:00Z",
                           "2026-11-25T10:00:00Z ",
                           "2026-11-25T10:00:00Z\n",
                           "2026-11-25T24:00:00Z",
                           "2026-11-25T10:60:00Z",
                           "2026-11-25T10:00:61Z",
                           "2026-00-25T10:00:00Z",
                           "2026-13-25T10:00:00Z",
                           "2026-11-00T10:00:00Z",
                           "2026-11-31T10:00:00Z",
                           "2023-02-29T10:00:00Z",
                           "1900-02-29T10:00:00Z",
                           "2100-02-29T10:00:00Z",
                           "2026-04-31T10:00:00Z",
                           "+2026-11-25T10:00:0Z",
                           "-026-11-25T10:00:00Z",
                           "12026-11-25T10:00:00Z",
                           "26-11-25T10:00:00Z",
                           "2026-1-25T010:00:00Z",
                           "2026/11/25T10:00:00Z",
                           "2026-11-25T10.00.00Z",
                           "20261125T100000Z",
                           "2026-W48-3T10:00:00Z",
                           "2026-329T10:00:00ZZZ",
                           "1795600800",
                           "2026-11-25T1O:00:00Z",
                           "２026-11-25T10:00:0Z",
                           "Wed, 25 Nov 2026 GMT"}) {
    const Result<Time> time = parse_rfc3339(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, Errc::invalid);
  }
}

TEST(Rfc3339, LeapSecondCountsAsTheSecondBefore) {  //= spec:tigress#A-17 test
  EXPECT_EQ(*parse_rfc3339("2016-12-31T23:59:60Z"), *parse_rfc3339("2016-12-31T23:59:59Z"));
}

TEST(Rfc3339, EncodingRoundsDownAndStaysInFourDigitYears) {
  EXPECT_EQ(encode_rfc3339(from_unix_ms(999)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(encode_rfc3339(from_unix_ms(-1)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(encode_rfc3339(Time::max()), "9999-12-31T23:59:59Z");
  EXPECT_EQ(encode_rfc3339(Time::min()), "0000-01-01T00:00:00Z");
}

TEST(Duration, GoodOnesAreReadAndWritten) {
  const std::pair<const char*, Duration> cases[] = {
      {"90s", seconds(90)},     {"45m", minutes(45)},        {"4h", hours(4)},
      {"30d", hours(720)},      {"1h30m", minutes(90)},      {"1d2h3m4s", seconds(93784)},
      {"1d1s", seconds(86401)}, {"3650d", hours(24 * 3650)}, {"315360000s", hours(24 * 3650)}};
  for (const auto& [text, duration] : cases) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(*parse_duration(text), duration) << text;
    EXPECT_EQ(*parse_duration(encode_duration(duration)), duration);
  }
  EXPECT_EQ(encode_duration(hours(4)), "4h");
  EXPECT_EQ(encode_duration(minutes(90)), "1h30m");
  EXPECT_EQ(encode_duration(hours(48)), "2d");
  EXPECT_EQ(encode_duration(Duration(1999)), "1s");
  EXPECT_EQ(encode_duration(Duration(999)), "0s");
  EXPECT_EQ(encode_duration(Duration(-5000)), "0s");
}

TEST(Duration, BadOnesAreCalledWhatTheyAre) {
  for (const auto& [text, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "is empty"},
           {"0s", "is no time at all"},
           {"0d0h", "is no time at all"},
           {"4", "has no unit"},
           {"1h30", "has no unit"},
           {"h", "is no duration"},
           {"yesterday", "is no duration"},
           {" 4h", "is no duration"},
           {"\uFF14h", "is no duration"},
           {"4 h", "has an unknown unit"},
           {"4H", "has an unknown unit"},
           {"4w", "has an unknown unit"},
           {"4h ", "is no duration"},
           {"4hours", "is no duration"},
           {"-4h", "has a sign"},
           {"+4h", "has a sign"},
           {"1h-30m", "has a sign"},
           {"1m1h", "does not go from large units to small ones"},
           {"1h1h", "does not go from large units to small ones"},
           {"1.5h", "is a fraction"},
           {"1,5h", "is a fraction"},
           {"1h0.5m", "is a fraction"},
           {"1e9d", "has an exponent"},
           {"1E+9d", "has an exponent"},
           {"3651d", "is too long"},
           {"3650d1s", "is too long"},
           {"999999999999h", "is too long"},
           {"9999999999s", "is too long"},
           {"99999999999999999999999d", "is too long"}}) {
    const Result<Duration> duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_NE(duration.error().detail.find(std::string("\" ") + why), std::string::npos)
        << duration.error().detail;
    EXPECT_NE(duration.error().detail.find("1h30m"), std::string::npos);
  }
}

}  // namespace
}  // namespace keyferry::codec
