#include "keyferry/credential/serial_set.h"

#include <gtest/gtest.h>

namespace keyferry::credential {
namespace {

constexpr std::uint64_t kLast = ~std::uint64_t{0};

SerialSet of(std::initializer_list<std::uint64_t> serials) {
  SerialSet set;
  for (std::uint64_t serial : serials) set.insert(serial);
  return set;
}

TEST(SerialSet, JoinsNeighboursInAnyOrder) {
  EXPECT_EQ(of({1, 2, 3}).runs(), (std::vector<SerialRun>{{1, 3}}));
  EXPECT_EQ(of({3, 1, 2}), of({1, 2, 3}));
  EXPECT_EQ(of({3, 2, 1}), of({2, 2, 1, 3, 1}));
  EXPECT_EQ(of({1, 3, 5}).runs(), (std::vector<SerialRun>{{1, 1}, {3, 3}, {5, 5}}));
  EXPECT_EQ(of({kLast, 1, kLast - 1}).runs(), (std::vector<SerialRun>{{1, 1}, {kLast - 1, kLast}}));
}

TEST(SerialSet, FromRunsEqualsOneByOne) {
  EXPECT_EQ(SerialSet::from({{5, 7}, {1, 2}, {3, 3}, {6, 9}, {20, 20}}),
            of({1, 2, 3, 5, 6, 7, 8, 9, 20}));
  EXPECT_EQ(SerialSet::from({{1, kLast}, {7, 7}, {kLast, kLast}}).runs(),
            (std::vector<SerialRun>{{1, kLast}}));
  EXPECT_TRUE(SerialSet::from({}).empty());
}

TEST(SerialSet, ContainsWhatWasInserted) {
  const SerialSet set = SerialSet::from({{2, 4}, {10, 10}, {kLast, kLast}});
  for (std::uint64_t serial :
       {std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}, std::uint64_t{10}, kLast}) {
    EXPECT_TRUE(set.contains(serial)) << serial;
  }
  for (std::uint64_t serial : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{5},
                               std::uint64_t{9}, std::uint64_t{11}, kLast - 1}) {
    EXPECT_FALSE(set.contains(serial)) << serial;
  }
  EXPECT_FALSE(SerialSet().contains(1));
}

TEST(SerialSetDeathTest, ZeroIsNoSerial) {
  EXPECT_DEATH(SerialSet().insert(0), "never 0");
}

}  // namespace
}  // namespace keyferry::credential
