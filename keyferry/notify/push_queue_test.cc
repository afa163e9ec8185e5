// Whom a push counts for, and whose turn it is. No thread but the test's: what is taken is there.
#include "keyferry/notify/push_queue.h"

#include <gtest/gtest.h>

namespace keyferry::notify {
namespace {

constexpr const char* kPlace = "192.0.2.7";

std::string url_of(const std::string& host) {
  return "https://" + host + "/x";
}

bool add(PushQueue& queue, const std::string& host) {
  return queue.add(url_of(host), host);
}

Push taken(PushQueue& queue, Lane lane = Lane::quick) {
  auto push = queue.take(lane);
  EXPECT_TRUE(push);
  return push.value_or(Push());
}

TEST(PushQueue, ManyNamesOfOneAddressShareItsTurns) {
  PushQueue queue(100, 100);
  for (const char* host : {"a.example", "b.example", "c.example"}) ASSERT_TRUE(add(queue, host));
  Push first = taken(queue);
  Push second = taken(queue);
  Push third = taken(queue);
  EXPECT_TRUE(queue.admit(first, kPlace, Lane::quick));
  EXPECT_TRUE(queue.admit(second, kPlace, Lane::quick));
  EXPECT_FALSE(queue.admit(third, kPlace, Lane::quick));
  ASSERT_TRUE(queue.hold(third, kPlace));
  // Others do not wait for it, and it does not run before one of the two has ended.
  ASSERT_TRUE(add(queue, "other.example"));
  Push other = taken(queue);
  EXPECT_EQ(other.host, "other.example");
  EXPECT_TRUE(queue.admit(other, "198.51.100.9", Lane::quick));
  queue.finish(first, true);
  Push again = taken(queue);
  EXPECT_EQ(again.host, "c.example");
  EXPECT_TRUE(queue.admit(again, kPlace, Lane::quick));
  EXPECT_EQ(queue.waiting(), 0u);
}

TEST(PushQueue, NamesThatWereFoundAtOneAddressShareItsRoom) {
  PushQueue queue(100, 2);
  for (const char* host : {"a.example", "b.example", "c.example"}) {
    ASSERT_TRUE(add(queue, host));
    Push push = taken(queue);
    ASSERT_TRUE(queue.admit(push, kPlace, Lane::quick));
    queue.finish(push, true);
  }
  EXPECT_TRUE(add(queue, "a.example"));
  EXPECT_TRUE(add(queue, "b.example"));
  EXPECT_FALSE(add(queue, "c.example"));
  EXPECT_TRUE(add(queue, "a.example")) << "swallowed by the one that waits";
  EXPECT_TRUE(add(queue, "new.example"));
  EXPECT_EQ(queue.waiting(), 3u);
}

TEST(PushQueue, ANewNameOfASlowAddressGoesByTheSlowLane) {
  PushQueue queue(100, 100);
  ASSERT_TRUE(add(queue, "a.example"));
  Push slow = taken(queue);
  ASSERT_TRUE(queue.admit(slow, kPlace, Lane::quick));
  queue.finish(slow, false);
  ASSERT_TRUE(add(queue, "b.example"));
  Push push = taken(queue);
  EXPECT_FALSE(queue.admit(push, kPlace, Lane::quick));
  ASSERT_TRUE(queue.hold(push, kPlace));
  push = taken(queue, Lane::slow);
  EXPECT_EQ(push.host, "b.example");
  EXPECT_TRUE(queue.admit(push, kPlace, Lane::slow));
  queue.finish(push, true);
  ASSERT_TRUE(add(queue, "c.example"));
  push = taken(queue);
  EXPECT_TRUE(queue.admit(push, kPlace, Lane::quick)) << "it answers well again";
}

TEST(PushQueue, ANameThatLeadsToEverOtherBusyAddressesIsGivenUp) {
  PushQueue queue(100, 100);
  ASSERT_TRUE(add(queue, "a.example"));
  Push push = taken(queue);
  int holds = 0;
  while (queue.hold(push, "192.0.2." + std::to_string(holds))) {
    ++holds;
    ASSERT_LT(holds, 100);
    push = taken(queue);
  }
  EXPECT_GT(holds, 3);
  EXPECT_EQ(queue.waiting(), 0u);
}

TEST(PushQueue, AfterStopNothingIsTaken) {
  PushQueue queue(100, 100);
  ASSERT_TRUE(add(queue, "a.example"));
  queue.stop();
  EXPECT_FALSE(queue.take(Lane::quick));
  EXPECT_FALSE(queue.take(Lane::slow));
}

}  // namespace
}  // namespace keyferry::notify
