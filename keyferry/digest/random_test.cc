#include "keyferry/digest/random.h"

#include <set>

#include <gtest/gtest.h>

namespace keyferry::digest {
namespace {

TEST(Random, SecretsHaveTheirSizeAndDiffer) {
  EXPECT_EQ(random_bytes(1000).size(), 1000U);
  EXPECT_TRUE(random_bytes(0).empty());
  EXPECT_EQ(random_secret(32).size(), 32U);
  EXPECT_FALSE(random_secret(32) == random_secret(32));
}

TEST(Random, UniformReachesEveryValueAndNoOther) {
  for (std::uint64_t bound : {1U, 2U, 3U, 7U, 10U}) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random_uniform(bound));
    EXPECT_EQ(seen.size(), bound);
    EXPECT_EQ(*seen.rbegin(), bound - 1);
  }
  EXPECT_DEATH(random_uniform(0), "has a bound");
}

// With a bound of three quarters of 2^64 a plain modulo would give values below a quarter twice as
// often as the others: half of all draws instead of a third.
TEST(Random, UniformIsNotAModulo) {
  constexpr std::uint64_t kQuarter = std::uint64_t{1} << 62;
  int low = 0;
  for (int i = 0; i < 6000; ++i) low += random_uniform(3 * kQuarter) < kQuarter ? 1 : 0;
  EXPECT_GT(low, 1700);
  EXPECT_LT(low, 2300);  // 2000 expected, standard deviation 37
}

TEST(Random, DigitsAreAsManyAsAskedFor) {
  std::set<char> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string pin = random_digits(6);
    EXPECT_EQ(pin.size(), 6U);
    seen.insert(pin.begin(), pin.end());
  }
  EXPECT_EQ(std::string(seen.begin(), seen.end()), "0123456789");
}

TEST(Random, UuidIsVersion4) {
  const std::string text = encode_uuid(random_uuid());
  EXPECT_EQ(text[14], '4');
  EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
  EXPECT_NE(text, encode_uuid(random_uuid()));
}

}  // namespace
}  // namespace keyferry::digest
