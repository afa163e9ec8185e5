#include "keyferry/verifier/wait_length.h"

#include <gtest/gtest.h>

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

// behind plays waits behind a proxy that breaks those of `limit` and more; returns how many broke.
int behind(WaitLength& wait, Duration limit, int rounds) {
  int broken = 0;
  for (int i = 0; i < rounds; ++i) {
    if (wait.now() < limit) {
      wait.lasted();
    } else {
      wait.broke(limit);
      ++broken;
    }
  }
  return broken;
}

TEST(WaitLength, IsTheConfiguredOneAtFirstAndWhileWaitsLast) {
  WaitLength wait(25s);
  for (int i = 0; i < 100; ++i) wait.lasted();
  EXPECT_EQ(wait.now(), 25s);
}

TEST(WaitLength, FitsBelowAProxysTimeoutAtOnce) {
  WaitLength wait(25s);
  wait.broke(5s);
  EXPECT_EQ(wait.now(), 3s);
  WaitLength hangs(25s);
  hangs.broke(35s);  // nothing came at all
  EXPECT_EQ(hangs.now(), 18s);
}

TEST(WaitLength, IsNeverBelowASecond) {
  WaitLength wait(25s);
  for (int i = 0; i < 10; ++i) wait.broke(300ms);
  EXPECT_EQ(wait.now(), 1s);
}

TEST(WaitLength, TriesLongerOnesMoreAndMoreSeldom) {
  WaitLength wait(25s);
  EXPECT_LE(behind(wait, 5s, 10'000), 16);
  EXPECT_GE(behind(wait, 5s, 10'000), 5) << "it never gives up";
}

TEST(WaitLength, GrowsAgainWhenTheProxyIsGone) {
  WaitLength wait(25s);
  wait.broke(2s);
  behind(wait, 1h, 8 * 6);
  EXPECT_EQ(wait.now(), 25s);
}

}  // namespace
}  // namespace keyferry::verifier
