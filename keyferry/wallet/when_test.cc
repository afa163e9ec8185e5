#include "keyferry/wallet/when.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "keyferry/codec/rfc3339.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

Time at(std::string_view text) {
  return *codec::parse_rfc3339(text);
}

// Berlin's rules without the zone database.
TEST(When, WallTimesAreInThePersonsZone) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  const Time now = at("2026-11-25T12:00:00Z");  // 13:00 there
  EXPECT_EQ(parse_when("2026-11-25T14:00:00Z", now)->time, at("2026-11-25T14:00:00Z"));
  EXPECT_FALSE(parse_when("2026-11-25T14:00:00Z", now)->wall);
  EXPECT_EQ(parse_when("2026-07-01 14:00", now)->time, at("2026-07-01T12:00:00Z"));
  EXPECT_EQ(parse_when("2026-11-25T14:00", now)->time, at("2026-11-25T13:00:00Z"));
  EXPECT_TRUE(parse_when("14:00", now)->wall);
  EXPECT_EQ(parse_when("14:00", now)->time, at("2026-11-25T13:00:00Z"));
  EXPECT_EQ(parse_when("13:00", now)->time, at("2026-11-26T12:00:00Z"));
  setenv("TZ", "UTC0", 1);
  tzset();
}

class Zone {
 public:
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    setenv("TZ", "UTC0", 1);
    tzset();
  }
};

struct Case {
  const char* text;
  const char* now;
  const char* want;
  const char* note;
};

void expect(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const auto when = parse_when(one.text, at(one.now));
    ASSERT_TRUE(when) << one.text << when.error().detail;
    EXPECT_EQ(codec::encode_rfc3339(when->time), one.want) << one.text << " at " << one.now;
    EXPECT_EQ(when->note, one.note);
  }
}

// 02:30 comes not at all on 29 March and twice on 25 October.
TEST(When, ATimeThatTheClocksSkipOrRepeatIsTheNextGoodOne) {
  const Zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  const char* const skipped =
      "02:30 does not come that day, the clocks skip it: taken as 03:00 CEST";
  const char* const first = "02:30 comes twice that day: taken as 02:30 CEST";
  const char* const second = "02:30 comes twice that day: taken as 02:30 CET";
  expect({{"2026-03-29 02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", skipped},
          {"2026-03-29 02:00", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
           "02:00 does not come that day, the clocks skip it: taken as 03:00 CEST"},
          {"2026-03-29 01:59", "2026-03-28T12:00:00Z", "2026-03-29T00:59:00Z", ""},
          {"2026-03-29 03:00", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", ""},
          {"02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", skipped},
          {"02:30", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", ""},
          {"2026-10-25 02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", first},
          {"2026-10-25 02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", second},
          {"2026-10-25 02:30", "2026-10-25T12:00:00Z", "2026-10-25T01:30:00Z", second},
          {"02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", first},
          {"02:30", "2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z", second},
          {"02:30", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z", ""},
          {"2026-10-25 03:00", "2026-10-24T12:00:00Z", "2026-10-25T02:00:00Z", ""}});
}

// Not only summer time: Samoa left out 30 December 2011, Lord Howe moves by half an hour, and
// Dublin calls winter the time that is not standard.
TEST(When, OtherChangesOfClocksToo) {
  if (!std::filesystem::exists("/usr/share/zoneinfo/Pacific/Apia")) GTEST_SKIP() << "no tzdata";
  {
    const Zone zone("Pacific/Apia");
    expect({{"2011-12-30 14:00", "2011-12-29T12:00:00Z", "2011-12-30T10:00:00Z",
             "14:00 does not come that day, the clocks skip it: taken as 00:00 +14"}});
  }
  {
    const Zone zone("Australia/Lord_Howe");
    expect({{"2026-04-05 01:45", "2026-04-01T00:00:00Z", "2026-04-04T14:45:00Z",
             "01:45 comes twice that day: taken as 01:45 +11"},
            {"2026-10-04 02:15", "2026-10-01T00:00:00Z", "2026-10-03T15:30:00Z",
             "02:15 does not come that day, the clocks skip it: taken as 02:30 +11"}});
  }
  {
    const Zone zone("Europe/Dublin");
    expect({{"2026-10-25 01:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z",
             "01:30 comes twice that day: taken as 01:30 IST"},
            {"2026-03-29 01:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
             "01:30 does not come that day, the clocks skip it: taken as 02:00 IST"}});
  }
}

TEST(When, AnUnknownZoneIsNamedAndNothingIsGuessed) {
  for (const char* name : {"Europe/Berln", ":CET-1CEST", "Berlin", "../../../etc/passwd", "X",
                           "CET-1CEST,rubbish", "/etc/hostname"}) {
    const Zone zone(name);
    const auto when = parse_when("14:00", at("2026-11-25T12:00:00Z"));
    ASSERT_FALSE(when) << name;
    EXPECT_NE(when.error().detail.find("TZ names a zone that this system does not know"),
              std::string::npos);
    EXPECT_TRUE(parse_when("2026-11-25T14:00:00Z", at("2026-11-25T12:00:00Z")));
    EXPECT_EQ(show_time(at("2026-11-25T12:00:00Z")), "Wed 25 Nov 2026 12:00 UTC");
  }
  for (const char* name : {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0330>-3:30", "EST5EDT",
                           "IST-1GMT0,M10.5.0,M3.5.0/1", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1"}) {
    const Zone zone(name);
    EXPECT_EQ(*local_zone(), name);
  }
  const Zone zone("");
  EXPECT_EQ(*local_zone(), "UTC");
}

TEST(When, WhatIsNoTimeIsCalledWhatItIs) {
  const auto detail = [](const char* text) {
    return parse_when(text, from_unix_seconds(1795000000)).error().detail;
  };
  EXPECT_EQ(detail("2026-02-30 10:00").find("the calendar has no such day: "), 0U);
  EXPECT_EQ(detail("2026-11-25T14:00:00.5Z").find("a time has no fractions of a second"), 0U);
  EXPECT_EQ(detail("2026-11-25T14:00:00+01:00").find("an offset from UTC"), 0U);
  EXPECT_EQ(detail("12026-11-25T14:00:00Z").find("a year has four digits"), 0U);
  EXPECT_EQ(detail("25:00").find("not a time of day"), 0U);
  EXPECT_EQ(detail("2026-11-25 24:00").find("not a time of day"), 0U);
  EXPECT_EQ(detail("tomorrow").find("not a time: "), 0U);
}

TEST(When, OtherTextsAreRefused) {
  for (const char* text : {"", "tomorrow", "25:00", "12:60", "2026-13-01 10:00", "2026-02-30 10:00",
                           "2026-11-25", "14:00x", "2026-11-25T14:00:00+01:00"}) {
    EXPECT_FALSE(parse_when(text, from_unix_seconds(1795000000)).has_value()) << text;
  }
}

}  // namespace
}  // namespace keyferry::wallet
