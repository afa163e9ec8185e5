#include "keyferry/transfer/words.h"

#include <set>

#include <gtest/gtest.h>

namespace keyferry::transfer {
namespace {

constexpr WordOctets kExample{0x3b, 0xbc, 0xc0};

TEST(Words, TheExampleOfTheDocument) {
  EXPECT_EQ(words_of(kExample), "clockwork pyramid slowdown");
  EXPECT_EQ(digits_of_words(kExample), "0391 4944");
  EXPECT_EQ(digits_of_words({0, 0, 1}), "0000 0001");
  EXPECT_EQ(digits_of_words({255, 255, 255}), "1677 7215");
}

TEST(Words, EntryIgnoresCaseSpacesHyphensAndCommas) {
  for (const char* typed :
       {"clockwork pyramid slowdown", " Clockwork-PYRAMID  slowdown\n", "clockworkpyramidslowdown",
        "0391 4944", "03914944", "0391-4944", "clockwork, pyramid, slowdown.", "0391,4944;"}) {
    EXPECT_TRUE(same_words(typed, kExample)) << typed;
  }
  for (const char* typed :
       {"", "clockwork pyramid", "clockwork pyramid snowdown", "slowdown pyramid clockwork",
        "3914944", "0391 4945", "clockwork pyramid slowdown 0391 4944"}) {
    EXPECT_FALSE(same_words(typed, kExample)) << typed;
  }
}

TEST(Words, EveryOctetChangesTheWordsAndTheDigits) {
  std::set<std::string> words, digits;
  for (int position = 0; position < 3; ++position) {
    for (int octet = 1; octet < 256; ++octet) {
      WordOctets octets{};
      octets[static_cast<std::size_t>(position)] = static_cast<std::uint8_t>(octet);
      words.insert(words_of(octets));
      digits.insert(digits_of_words(octets));
    }
  }
  EXPECT_EQ(words.size(), 3U * 255U);
  EXPECT_EQ(digits.size(), 3U * 255U);
}

TEST(Words, ATypoIsPointedAt) {
  EXPECT_EQ(odd_one_out("clockwork pyramit slowdown"), "pyramit");
  EXPECT_EQ(odd_one_out("clockwork, pyramit, slowdown."), "pyramit");
  EXPECT_EQ(odd_one_out("Clockwork pyramid slowdown"), std::nullopt);
  EXPECT_EQ(odd_one_out("0391 4944"), std::nullopt);
}

}  // namespace
}  // namespace keyferry::transfer
