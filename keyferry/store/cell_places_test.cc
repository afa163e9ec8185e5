#include "keyferry/store/cell_places.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "keyferry/store/race_test.h"

namespace keyferry::store {
namespace {

TEST(CellPlaces, WhatWasSetIsFoundUntilItIsErased) {
  CellPlaces places;
  EXPECT_EQ(places.find(key_of(1)), 0);
  places.set(key_of(1), 10);
  places.set(key_of(2), 20);
  EXPECT_EQ(places.find(key_of(1)), 10);
  places.set(key_of(1), 11);
  EXPECT_EQ(places.find(key_of(1)), 11);
  EXPECT_EQ(places.size(), 2u);
  places.erase(key_of(1));
  places.erase(key_of(3));
  EXPECT_EQ(places.find(key_of(1)), 0);
  EXPECT_EQ(places.find(key_of(2)), 20);
  EXPECT_EQ(places.size(), 1u);
}

// Keys crowd into few homes of few shards, so that they collide, run over the end of a table and
// move back when others go.
TEST(CellPlaces, ItBehavesAsAMapDoesWhateverTheOrder) {
  CellPlaces places;
  std::map<CellKey, std::int64_t> model;
  std::mt19937 random(1);
  for (int step = 0; step < 200'000; ++step) {
    CellKey key;
    key.octets[0] = static_cast<std::uint8_t>(random() % 2);
    key.octets[1] = static_cast<std::uint8_t>(random() % 4 * 85);
    key.octets[12] = static_cast<std::uint8_t>(random() % 250);
    if (random() % 100 < (step / 20'000 % 2 == 0 ? 70 : 30)) {
      places.set(key, step + 1);
      model[key] = step + 1;
    } else {
      places.erase(key);
      model.erase(key);
    }
    const auto found = model.find(key);
    ASSERT_EQ(places.find(key), found == model.end() ? 0 : found->second);
    if (step % 1000 != 0) continue;
    ASSERT_EQ(places.size(), model.size());
    for (const auto& [known, place] : model) ASSERT_EQ(places.find(known), place);
  }
}

TEST(CellPlaces, ReadersSeeOneOrTheOtherWhileItGrows) {
  CellPlaces places;
  places.set(key_of(0), 1);
  std::atomic<bool> over = false;
  std::jthread reader([&] {
    while (!over) EXPECT_EQ(places.find(key_of(0)), 1);
  });
  for (std::uint32_t i = 1; i < 50'000; ++i) places.set(key_of(i), i);
  over = true;
  reader.join();
  EXPECT_EQ(places.size(), 50'000u);
}

}  // namespace
}  // namespace keyferry::store
