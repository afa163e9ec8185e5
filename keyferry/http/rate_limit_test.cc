#include "keyferry/http/rate_limit.h"

#include <gtest/gtest.h>

namespace keyferry::http {
namespace {

const Time kStart = from_unix_seconds(1'800'000'000);
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RateLimit, AllowsThatManyAtOnceThenEvenly) {
  RateLimit limit(60);
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(limit.take("a", kStart)) << i;
  EXPECT_EQ(limit.take("a", kStart), milliseconds(1000));
  EXPECT_EQ(limit.take("a", kStart + milliseconds(999)), milliseconds(1));
  EXPECT_FALSE(limit.take("a", kStart + milliseconds(1000)));
  EXPECT_TRUE(limit.take("a", kStart + milliseconds(1000)));
  EXPECT_FALSE(limit.take("b", kStart)) << "another source has its own count";
}

TEST(RateLimit, AMinuteOfQuietForgivesEverything) {
  RateLimit limit(600);
  for (int i = 0; i < 600; ++i) limit.count("a", kStart);
  EXPECT_TRUE(limit.wait_of("a", kStart));
  for (int i = 0; i < 600; ++i) EXPECT_FALSE(limit.take("a", kStart + seconds(60))) << i;
  EXPECT_TRUE(limit.take("a", kStart + seconds(60)));
}

TEST(RateLimit, AskingCountsNothing) {
  RateLimit limit(1);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(limit.wait_of("a", kStart));
  limit.count("a", kStart);
  EXPECT_EQ(limit.wait_of("a", kStart), seconds(60));
}

TEST(RateLimit, AStormIsNotPunishedForEver) {
  RateLimit limit(600);
  for (int i = 0; i < 20'000; ++i) limit.count("a", kStart);
  EXPECT_FALSE(limit.wait_of("a", kStart + seconds(61)));
}

TEST(RateLimit, ForgetsTheSourceSeenLongestAgo) {
  RateLimit limit(1, 2);
  limit.count("a", kStart);
  limit.count("b", kStart);
  limit.count("a", kStart);
  limit.count("c", kStart);
  EXPECT_TRUE(limit.wait_of("a", kStart));
  EXPECT_FALSE(limit.wait_of("b", kStart));
  EXPECT_TRUE(limit.wait_of("c", kStart));
}

TEST(RateLimit, WeighsWhatComesOverAnotherPeriod) {
  using std::chrono::hours;
  constexpr std::int64_t kOctets = 1 << 20;
  RateLimit limit(kOctets, 10, hours(24));
  EXPECT_FALSE(limit.take("a", kStart, kOctets / 2));
  EXPECT_FALSE(limit.take("a", kStart, kOctets / 4));
  EXPECT_EQ(limit.take("a", kStart, kOctets / 2), hours(6));
  EXPECT_FALSE(limit.take("a", kStart, kOctets / 4)) << "what is smaller still fits";
  EXPECT_FALSE(limit.take("a", kStart + hours(6), kOctets / 4));
  EXPECT_FALSE(limit.take("b", kStart, 1e15)) << "larger than all there is: all there is";
  EXPECT_EQ(limit.take("b", kStart, 1e15), hours(24));
  EXPECT_FALSE(limit.take("b", kStart, 0));
}

TEST(RateLimit, WhatIsCountedAboveTheLimitIsWaitedForWithinBounds) {
  RateLimit limit(100, 10, seconds(1), 30);
  limit.count("a", kStart, 500);
  EXPECT_EQ(limit.wait_of("a", kStart), milliseconds(4010));
  limit.count("b", kStart, 1e12);
  EXPECT_EQ(limit.wait_of("b", kStart), milliseconds(30'010));
  EXPECT_FALSE(limit.wait_of("b", kStart + milliseconds(30'010)));
}

TEST(RateLimit, ZeroLimitsNothing) {
  RateLimit limit(0);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(limit.take("a", kStart));
}

TEST(TooMany, SaysWhenInWholeSeconds) {
  EXPECT_EQ(too_many(milliseconds(1)).headers.find("Retry-After"), "1");
  EXPECT_EQ(too_many(milliseconds(1001)).headers.find("Retry-After"), "2");
  EXPECT_EQ(too_many(milliseconds(1001)).status, 429);
}

TEST(RateLimit, AClockThatIsSetBackMakesNobodyWaitForHours) {
  RateLimit limit(60);
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(limit.take("a", kStart));
  EXPECT_TRUE(limit.take("a", kStart));
  const Time earlier = kStart - std::chrono::hours(3);
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(limit.take("a", earlier)) << i;
  EXPECT_EQ(limit.take("a", earlier), std::chrono::milliseconds(1000));
}

}  // namespace
}  // namespace keyferry::http
