#include "keyferry/verifier/backoff.h"

#include <gtest/gtest.h>

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToASecond) {
  Backoff most;
  for (Duration step : {250ms, 500ms, 1000ms, 1000ms, 1000ms}) {
    const Duration pause = most.next(0xffffffff);
    EXPECT_LE(pause, step);
    EXPECT_GE(pause, step - 2ms);
  }
}

TEST(Backoff, IsNeverUnderHalfAStep) {
  Backoff least;
  for (Duration step : {250ms, 500ms, 1000ms, 1000ms}) EXPECT_EQ(least.next(0), step / 2);
  least.reset();
  EXPECT_EQ(least.next(0), 125ms);
}

}  // namespace
}  // namespace keyferry::verifier
