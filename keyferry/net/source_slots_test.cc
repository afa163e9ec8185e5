#include "keyferry/net/source_slots.h"

#include <vector>

#include <gtest/gtest.h>

namespace keyferry::net {
namespace {

TEST(SourceSlots, AreGivenUpToTheMostOfEachSourceAndComeBack) {
  SourceSlots slots;
  auto first = slots.take("a", 2);
  auto second = slots.take("a", 2);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(slots.take("a", 2));
  EXPECT_TRUE(slots.take("b", 2));
  SourceSlots::Slot moved = *std::move(first);
  first.reset();
  EXPECT_EQ(slots.held_by("a"), 2u);
  moved = SourceSlots::Slot();
  EXPECT_EQ(slots.held_by("a"), 1u);
  second->give_back();
  second->give_back();
  EXPECT_EQ(slots.held_by("a"), 0u);
  EXPECT_EQ(slots.held_by("b"), 0u);
}

TEST(SourceSlots, OfZeroLimitNothing) {
  SourceSlots slots;
  std::vector<SourceSlots::Slot> held;
  for (int i = 0; i < 100; ++i) held.push_back(slots.take("a", 0).value());
  EXPECT_EQ(slots.held_by("a"), 100u);
}

TEST(SourceSlots, MayOutliveTheirCounter) {
  std::optional<SourceSlots::Slot> slot;
  {
    SourceSlots slots;
    slot = slots.take("a", 1);
  }
  slot->give_back();
}

}  // namespace
}  // namespace keyferry::net
