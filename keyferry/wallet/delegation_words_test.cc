#include "keyferry/wallet/delegation_words.h"

#include <gtest/gtest.h>

namespace keyferry::wallet {
namespace {

TEST(DelegationWords, HoursComeBackAsTheyWereTyped) {
  for (const char* text :
       {"Mon 08:00-18:00", "Mon 08:00-18:00, Sun 23:00-24:00", "Tue 00:00-00:01"}) {
    const auto hours = parse_hours(text);
    ASSERT_TRUE(hours) << text;
    EXPECT_EQ(show_hours(*hours), text);
  }
}

TEST(DelegationWords, WhatTouchesIsOne) {
  using Hours = delegation::Hours;
  EXPECT_EQ(parse_hours("Mon-Sun 00:00-24:00").value(), (Hours{{0, 10080}}));
  EXPECT_EQ(parse_hours("Tue 10:00-12:00,Tue 09:00-10:00").value(), (Hours{{1980, 2160}}));
  EXPECT_EQ(parse_hours("Mon-Tue 08:00-09:00").value(), (Hours{{480, 540}, {1920, 1980}}));
}

TEST(DelegationWords, WhatAreNoHoursIsRefused) {
  for (const char* text :
       {"", "Mon", "Mon 8:00-9:00", "Mon 09:00-08:00", "Mon 08:00-08:00", "Mon 24:00-24:01",
        "Fri-Mon 08:00-09:00", "mon 08:00-09:00", "Mon 08:60-09:00", "Mon 08:00-25:00"}) {
    EXPECT_FALSE(parse_hours(text)) << text;
  }
}

}  // namespace
}  // namespace keyferry::wallet
