#include "keyferry/store/cell_cache.h"

#include <gtest/gtest.h>

#include "keyferry/store/race_test.h"

namespace keyferry::store {
namespace {

constexpr std::size_t kRoom = 1 << 20;

std::optional<Cell> find(const CellCache& cache, std::uint32_t number) {
  CellCache::Ticket ticket;
  return cache.find(key_of(number), ticket);
}

TEST(CellCache, WhatWasPutIsFoundUntilItIsErased) {
  CellCache cache(kRoom);
  EXPECT_EQ(find(cache, 1), std::nullopt);
  cache.put(key_of(1), cell_of("one"));
  cache.put(key_of(2), cell_of("two"));
  EXPECT_EQ(find(cache, 1), cell_of("one"));
  cache.put(key_of(1), cell_of("other"));
  EXPECT_EQ(find(cache, 1), cell_of("other"));
  cache.erase(key_of(1));
  EXPECT_EQ(find(cache, 1), std::nullopt);
  EXPECT_EQ(find(cache, 2), cell_of("two"));
  cache.erase(key_of(2));
  EXPECT_EQ(cache.octets(), 0u);
}

TEST(CellCache, AReaderFillsItUnlessAChangeCameBetween) {
  CellCache cache(kRoom);
  CellCache::Ticket ticket;
  ASSERT_FALSE(cache.find(key_of(1), ticket));
  cache.fill(key_of(1), cell_of("read"), ticket);
  EXPECT_EQ(find(cache, 1), cell_of("read"));

  CellCache::Ticket before_erase;
  ASSERT_FALSE(cache.find(key_of(2), before_erase));
  cache.erase(key_of(2));
  cache.fill(key_of(2), cell_of("stale"), before_erase);
  EXPECT_EQ(find(cache, 2), std::nullopt);

  CellCache::Ticket before_put;
  ASSERT_FALSE(cache.find(key_of(3), before_put));
  cache.put(key_of(3), cell_of("new"));
  cache.fill(key_of(3), cell_of("stale"), before_put);
  EXPECT_EQ(find(cache, 3), cell_of("new"));
}

// A reader may see the new cell in the engine before it is put here; the old one must not be shown
// to it afterwards, whether it was here before or another reader brings it.
TEST(CellCache, TheOldCellIsNotHereWhileANewOneIsComing) {
  CellCache cache(kRoom);
  cache.put(key_of(2), cell_of("old"));
  cache.expect(key_of(2));
  EXPECT_EQ(find(cache, 2), std::nullopt);
  CellCache::Ticket before;
  ASSERT_FALSE(cache.find(key_of(1), before));
  cache.expect(key_of(1));
  CellCache::Ticket meanwhile;
  ASSERT_FALSE(cache.find(key_of(1), meanwhile));
  for (const CellCache::Ticket& ticket : {before, meanwhile}) {
    cache.fill(key_of(1), cell_of("old"), ticket);
    EXPECT_EQ(find(cache, 1), std::nullopt);
  }
  cache.put(key_of(1), cell_of("new"));
  cache.fill(key_of(1), cell_of("old"), meanwhile);
  EXPECT_EQ(find(cache, 1), cell_of("new"));
  cache.erase(key_of(1));

  cache.expect(key_of(1));
  cache.unchanged(key_of(1));
  ASSERT_FALSE(cache.find(key_of(1), meanwhile));
  cache.fill(key_of(1), cell_of("read"), meanwhile);
  EXPECT_EQ(find(cache, 1), cell_of("read"));
}

TEST(CellCache, ItNeverCountsMoreThanItsRoomAndKeepsWhatIsRead) {
  CellCache cache(kRoom);
  const std::string value(1000, 'v');
  cache.put(key_of(0), cell_of(value));
  for (std::uint32_t i = 1; i < 5000; ++i) {
    cache.put(key_of(i), cell_of(value));
    EXPECT_LE(cache.octets(), kRoom);
    ASSERT_TRUE(find(cache, 0)) << i;
  }
  EXPECT_GT(cache.octets(), kRoom / 2);
  EXPECT_TRUE(find(cache, 4999));
  EXPECT_FALSE(find(cache, 1));
}

TEST(CellCache, ACellTooLargeForItLeavesOnlyTheOldOneOut) {
  CellCache cache(kRoom);
  cache.put(key_of(1), cell_of("small"));
  cache.put(key_of(1), cell_of(std::string(kRoom, 'x')));
  EXPECT_EQ(find(cache, 1), std::nullopt);
  EXPECT_EQ(cache.octets(), 0u);
}

TEST(CellCache, WithoutRoomItKeepsNothing) {
  CellCache cache(0);
  cache.put(key_of(1), cell_of("one"));
  EXPECT_EQ(find(cache, 1), std::nullopt);
}

}  // namespace
}  // namespace keyferry::store
