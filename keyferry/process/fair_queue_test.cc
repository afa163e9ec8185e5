#include "keyferry/process/fair_queue.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace keyferry::process {
namespace {

struct Tester {
  FairQueue queue;
  std::vector<std::string> order;

  bool push(const Owner& owner, const Room& room = {}) {
    Piece piece{[this, owner] { order.push_back(owner.source + owner.key); }};
    return queue.push(owner, room, piece);
  }
  std::vector<std::string> run() {
    while (!queue.empty()) queue.pop().work();
    return std::exchange(order, {});
  }
};

using Order = std::vector<std::string>;

TEST(FairQueue, OneOwnersWorkGoesInItsOrder) {
  Tester tester;
  int last = 0;
  for (int i = 1; i <= 3; ++i) {
    Piece piece{[&last, i] {
      EXPECT_EQ(last, i - 1);
      last = i;
    }};
    ASSERT_TRUE(tester.queue.push({"a", "1"}, {}, piece));
  }
  tester.run();
  EXPECT_EQ(last, 3);
}

TEST(FairQueue, SourcesTakeTurnsAndWithinASourceItsKeys) {
  Tester tester;
  for (const char* key : {"1", "1", "1", "2"}) tester.push({"a", key});
  tester.push({"b", "1"});
  EXPECT_EQ(tester.run(), (Order{"a1", "b1", "a2", "a1", "a1"}));
}

TEST(FairQueue, KeysByTheThousandDelayNoOtherSource) {
  Tester tester;
  for (int i = 0; i < 1000; ++i) tester.push({"a", std::to_string(i)});
  tester.push({"b", "1"});
  EXPECT_EQ(tester.run().at(1), "b1");
}

TEST(FairQueue, HasRoomForSoMuchOfAllOfASourceAndOfAKey) {
  Tester tester;
  const Room room{4, 3, 2};
  EXPECT_TRUE(tester.push({"a", "1"}, room));
  EXPECT_TRUE(tester.push({"a", "1"}, room));
  EXPECT_FALSE(tester.push({"a", "1"}, room)) << "of a key";
  EXPECT_TRUE(tester.push({"a", "2"}, room));
  EXPECT_FALSE(tester.push({"a", "3"}, room)) << "of a source";
  EXPECT_TRUE(tester.push({"b", "1"}, room));
  EXPECT_FALSE(tester.push({"c", "1"}, room)) << "of all";
  tester.queue.pop();
  EXPECT_TRUE(tester.push({"a", "1"}, room)) << "there is room again";
  EXPECT_EQ(tester.run().size(), 4U);
}

TEST(FairQueue, WhatWasRefusedIsLeftAsItWas) {
  FairQueue queue;
  bool ran = false;
  Piece piece{[&] { ran = true; }};
  ASSERT_FALSE(queue.push({}, Room{0}, piece));
  piece.work();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace keyferry::process
