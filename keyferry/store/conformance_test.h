// What every store engine must do, as one typed suite. An engine's test file says
//
//   struct MyEngine { std::unique_ptr<Store> open(); };   // a new, empty store each time
//   INSTANTIATE_TYPED_TEST_SUITE_P(My, StoreConformance, MyEngine);
#pragma once

#include <gtest/gtest.h>

#include "keyferry/store/race_test.h"

namespace keyferry::store {

template <class Engine>
class StoreConformance : public testing::Test {
 protected:
  Engine engine_;
  std::unique_ptr<Store> store_ = engine_.open();

  std::optional<Cell> get(std::uint32_t number, Time now = kStart) {
    return store_->get(key_of(number), now).value();
  }
  Result<std::uint64_t> set(std::uint32_t number, std::uint64_t expected, std::optional<Cell> cell,
                            Time now = kStart) {
    return change(*store_, key_of(number), expected, std::move(cell), now);
  }
};
TYPED_TEST_SUITE_P(StoreConformance);

TYPED_TEST_P(StoreConformance, WhatWasAcknowledgedIsRead) {
  EXPECT_EQ(this->get(1), std::nullopt);
  Cell cell = cell_of(std::string("octets\0of any kind\xff", 19));
  cell.remains = {1, 2, 3};
  cell.remains_until = kEnd + std::chrono::hours(24);
  cell.secret_id = 7;
  const auto version = this->set(1, 0, cell);
  ASSERT_TRUE(version);
  EXPECT_NE(*version, 0u);
  cell.version = *version;
  EXPECT_EQ(this->get(1), cell);
  EXPECT_EQ(this->get(2), std::nullopt);
}

TYPED_TEST_P(StoreConformance, AnEmptyValueAndALargeOneAreKept) {
  ASSERT_TRUE(this->set(1, 0, cell_of("")));
  EXPECT_TRUE(this->get(1)->value.empty());
  const std::string large(200'000, 'x');
  ASSERT_TRUE(this->set(2, 0, cell_of(large)));
  EXPECT_EQ(this->get(2)->value, copy_of(bytes_of(large)));
}

TYPED_TEST_P(StoreConformance, PartsComeAndGoWithTheCellThatNamesThem) {
  Cell cell = cell_of("value");
  cell.parts = {part_of(1, "one"), part_of(4, std::string(70'000, '4'))};
  cell.version = *this->set(1, 0, cell);
  EXPECT_EQ(this->get(1), cell);
  cell.parts = {part_of(4, std::string(70'000, '4')), part_of(9, ""), part_of(10, "ten")};
  cell.version = *this->set(1, cell.version, cell);
  EXPECT_EQ(this->get(1), cell);
  EXPECT_EQ(this->set(1, cell.version + 1, cell_of("other")).error().code, Errc::conflict);
  EXPECT_EQ(this->get(1), cell);
  cell.parts.clear();
  cell.version = *this->set(1, cell.version, cell);
  EXPECT_EQ(this->get(1), cell);
}

TYPED_TEST_P(StoreConformance, PartsEndWithTheirValue) {
  Cell cell = cell_of("value");
  cell.parts = {part_of(1, "old")};
  ASSERT_TRUE(this->set(1, 0, cell));
  ASSERT_TRUE(this->set(3, 0, cell));
  cell.remains = {1};
  cell.remains_until = kEnd + std::chrono::hours(1);
  ASSERT_TRUE(this->set(2, 0, cell));
  EXPECT_TRUE(this->get(2, kEnd)->parts.empty());

  // A new cell in the place of one that no sweep has met has parts of its own under the same
  // numbers.
  Cell next = cell_of("next", kEnd + std::chrono::hours(1));
  next.parts = {part_of(1, "new")};
  next.version = *this->set(1, 0, next, kEnd);
  EXPECT_EQ(this->get(1, kEnd), next);
  EXPECT_EQ(this->store_->sweep(kEnd, 100).value(), 2u);
  EXPECT_EQ(this->get(1, kEnd), next);
  EXPECT_TRUE(this->get(2, kEnd)->parts.empty());
  ASSERT_TRUE(this->set(1, next.version, std::nullopt, kEnd));
  next.parts = {part_of(1, "newest")};
  next.version = *this->set(1, 0, next, kEnd);
  EXPECT_EQ(this->get(1, kEnd), next);
}

TYPED_TEST_P(StoreConformance, AnotherVersionIsAConflictAndChangesNothing) {
  const auto first = this->set(1, 0, cell_of("first"));
  EXPECT_EQ(this->set(1, 0, cell_of("other")).error().code, Errc::conflict);
  EXPECT_EQ(this->set(1, *first + 1, cell_of("other")).error().code, Errc::conflict);
  EXPECT_EQ(this->set(2, 5, cell_of("other")).error().code, Errc::conflict);
  EXPECT_EQ(this->set(1, *first + 1, std::nullopt).error().code, Errc::conflict);
  EXPECT_EQ(this->get(1)->value, cell_of("first").value);

  const auto second = this->set(1, *first, cell_of("second"));
  ASSERT_TRUE(second);
  EXPECT_GT(*second, *first);
  EXPECT_EQ(this->set(1, *first, cell_of("late")).error().code, Errc::conflict);
  EXPECT_EQ(this->get(1)->value, cell_of("second").value);
}

TYPED_TEST_P(StoreConformance, DeletedIsAbsentAndVersionsAreNeverUsedAgain) {
  const auto first = this->set(1, 0, cell_of("first"));
  const auto deleted = this->set(1, *first, std::nullopt);
  ASSERT_TRUE(deleted);
  EXPECT_EQ(*deleted, 0u);
  EXPECT_EQ(this->get(1), std::nullopt);
  const auto again = this->set(1, 0, cell_of("again"));
  ASSERT_TRUE(again);
  EXPECT_GT(*again, *first);
}

TYPED_TEST_P(StoreConformance, AtItsDeadlineACellIsGoneBeforeAnySweep) {
  const auto version = this->set(1, 0, cell_of("value"));
  EXPECT_TRUE(this->get(1, kEnd - Duration(1)));
  EXPECT_EQ(this->get(1, kEnd), std::nullopt);
  EXPECT_EQ(this->set(1, *version, cell_of("late"), kEnd).error().code, Errc::conflict);
  EXPECT_TRUE(this->set(1, 0, cell_of("new", kEnd + Duration(5)), kEnd));
  EXPECT_EQ(this->get(1, kEnd)->value, cell_of("new").value);
}

TYPED_TEST_P(StoreConformance, RemainsTakeThePlaceOfTheValueAtTheDeadline) {
  Cell cell = cell_of("value");
  cell.remains = copy_of(bytes_of("tombstone"));
  cell.remains_until = kEnd + std::chrono::hours(24);
  const auto version = this->set(1, 0, cell);
  const auto expect_remains = [&] {
    const auto left = this->get(1, kEnd);
    ASSERT_TRUE(left);
    EXPECT_EQ(left->value, cell.remains);
    EXPECT_EQ(left->deadline, cell.remains_until);
    EXPECT_EQ(left->version, *version);
    EXPECT_EQ(left->secret_id, 1u);
    EXPECT_EQ(this->get(1, cell.remains_until), std::nullopt);
    EXPECT_EQ(this->set(1, 0, cell_of("x"), kEnd).error().code, Errc::conflict);
  };
  expect_remains();
  EXPECT_EQ(this->store_->sweep(kEnd, 100).value(), 1u);
  expect_remains();
  EXPECT_EQ(this->store_->sweep(kEnd, 100).value(), 0u);
  EXPECT_EQ(this->store_->sweep(cell.remains_until, 100).value(), 1u);
  EXPECT_TRUE(this->store_->counts().empty());
}

TYPED_TEST_P(StoreConformance, SweepTakesWhatIsDueInPortionsAndNothingElse) {
  for (std::uint32_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(this->set(i, 0, cell_of("value", kStart + std::chrono::seconds(i + 1))));
  }
  const Time now = kStart + std::chrono::seconds(7);
  EXPECT_EQ(this->store_->sweep(now, 4).value(), 4u);
  EXPECT_EQ(this->store_->sweep(now, 4).value(), 3u);
  EXPECT_EQ(this->store_->sweep(now, 4).value(), 0u);
  for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(this->get(i).has_value(), i >= 7) << i;
}

TYPED_TEST_P(StoreConformance, ANewDeadlineMovesTheCell) {
  const auto version = this->set(1, 0, cell_of("value"));
  ASSERT_TRUE(this->set(1, *version, cell_of("value", kEnd + std::chrono::hours(1))));
  EXPECT_EQ(this->store_->sweep(kEnd, 10).value(), 0u);
  EXPECT_TRUE(this->get(1, kEnd));
  EXPECT_EQ(this->store_->sweep(kEnd + std::chrono::hours(1), 10).value(), 1u);
}

TYPED_TEST_P(StoreConformance, CellsAreCountedPerSecret) {
  EXPECT_TRUE(this->store_->counts().empty());
  const auto version = this->set(1, 0, cell_of("a"));
  ASSERT_TRUE(this->set(2, 0, cell_of("b")));
  Cell other = cell_of("c");
  other.secret_id = 9;
  ASSERT_TRUE(this->set(3, 0, other));
  EXPECT_EQ(this->store_->counts(), (std::vector<CellCount>{{1, 2}, {9, 1}}));
  ASSERT_TRUE(this->set(1, *version, std::nullopt));
  EXPECT_EQ(this->store_->counts(), (std::vector<CellCount>{{1, 1}, {9, 1}}));
}

TYPED_TEST_P(StoreConformance, ParallelChangesOfManyKeysAreAllDone) {
  constexpr std::uint32_t kChanges = 500;
  std::atomic<std::uint32_t> good = 0;
  std::promise<void> all;
  std::atomic<std::uint32_t> left = kChanges;
  for (std::uint32_t i = 0; i < kChanges; ++i) {
    this->store_->compare_and_set({key_of(i), 0, cell_of("value")}, kStart,
                                  [&](Result<std::uint64_t> done) {
                                    if (done) ++good;
                                    if (--left == 0) all.set_value();
                                  });
  }
  all.get_future().wait();
  EXPECT_EQ(good, kChanges);
  for (std::uint32_t i = 0; i < kChanges; ++i) EXPECT_TRUE(this->get(i));
}

TYPED_TEST_P(StoreConformance, DoneMayCallTheStoreAgain) {
  std::promise<Result<std::uint64_t>> promise;
  this->store_->compare_and_set(
      {key_of(1), 0, cell_of("first")}, kStart, [&](Result<std::uint64_t> first) {
        EXPECT_EQ(this->store_->get(key_of(1), kStart).value()->version, *first);
        this->store_->compare_and_set(
            {key_of(1), *first, cell_of("second")}, kStart,
            [&](Result<std::uint64_t> second) { promise.set_value(std::move(second)); });
      });
  EXPECT_TRUE(promise.get_future().get());
  EXPECT_EQ(this->get(1)->value, cell_of("second").value);
}

// Many readers beside one who changes the cell: nobody ever sees it go back.
TYPED_TEST_P(StoreConformance, VersionsNeverGoBackUnderAReader) {
  std::atomic<bool> over = false;
  std::atomic<std::uint64_t> acknowledged = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      std::uint64_t seen = 0;
      while (!over) {
        const std::uint64_t least = std::max(seen, acknowledged.load());
        const auto cell = this->get(1);
        seen = cell ? cell->version : 0;
        EXPECT_GE(seen, least);
      }
    });
  }
  std::uint64_t version = 0;
  for (std::uint32_t i = 0; i < 40; ++i) {
    version = this->set(1, version, cell_of("value")).value();
    acknowledged = version;
    // Neighbours push the cell out of what memory there is.
    ASSERT_TRUE(this->set(i + 2, 0, cell_of(std::string(500, 'x'))));
  }
  over = true;
}

//= spec:tigress#CLM-06 test
TYPED_TEST_P(StoreConformance, OfManyFirstReadersExactlyOneIsBound) {
  const RaceResult plain = race_first_readers(*this->store_, 64, 20);
  EXPECT_EQ(plain.most, 1);
  EXPECT_EQ(plain.least, 1);
}

//= spec:tigress#A-55 test
TYPED_TEST_P(StoreConformance, OfManyFirstReadersWithTheProofExactlyOneIsBound) {
  mailbox::ClaimRule rule;
  rule.key_hash.emplace();
  rule.proof_only = true;
  const RaceResult proven = race_first_readers(*this->store_, 64, 20, rule);
  EXPECT_EQ(proven.most, 1);
  EXPECT_EQ(proven.least, 1);
}

TYPED_TEST_P(StoreConformance, AReadyStoreSaysSo) {
  EXPECT_TRUE(this->store_->check());
  EXPECT_FALSE(this->store_->short_of_space());
}

REGISTER_TYPED_TEST_SUITE_P(StoreConformance, WhatWasAcknowledgedIsRead,
                            AnEmptyValueAndALargeOneAreKept, PartsComeAndGoWithTheCellThatNamesThem,
                            PartsEndWithTheirValue, AnotherVersionIsAConflictAndChangesNothing,
                            DeletedIsAbsentAndVersionsAreNeverUsedAgain,
                            AtItsDeadlineACellIsGoneBeforeAnySweep,
                            RemainsTakeThePlaceOfTheValueAtTheDeadline,
                            SweepTakesWhatIsDueInPortionsAndNothingElse, ANewDeadlineMovesTheCell,
                            CellsAreCountedPerSecret, ParallelChangesOfManyKeysAreAllDone,
                            DoneMayCallTheStoreAgain, VersionsNeverGoBackUnderAReader,
                            OfManyFirstReadersExactlyOneIsBound,
                            OfManyFirstReadersWithTheProofExactlyOneIsBound, AReadyStoreSaysSo);

}  // namespace keyferry::store
