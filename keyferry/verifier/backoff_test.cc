#include "keyferry/verifier/backoff.h"

#include <gtest/gtest.h>

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToHalfAMinute) {
  Backoff most;
  for (Duration step : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms}) {
    const Duration pause = most.next(0xffffffff);
    EXPECT_LE(pause, step);
    EXPECT_GE(pause, step - 2ms);
  }
}

TEST(Backoff, IsNeverUnderHalfAStep) {
  Backoff least;
  for (Duration step : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms})
    EXPECT_EQ(least.next(0), step / 2);
  least.reset();
  EXPECT_EQ(least.next(0), 500ms);
}

}  // namespace
}  // namespace keyferry::verifier
