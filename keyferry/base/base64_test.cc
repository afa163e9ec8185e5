#include "keyferry/base/base64.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"

namespace keyferry {
namespace {

TEST(Base64, MatchesTheExamplesOfRfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(encode_base64(bytes_of(plain)), encoded);
    EXPECT_EQ(text_of(*parse_base64(encoded)), plain);
  }
}

TEST(Base64, UrlAlphabetHasNoPaddingAndNoPlus) {
  const Bytes bytes{0xfb, 0xff, 0xfe, 0x3e};
  EXPECT_EQ(encode_base64(bytes), "+//+Pg==");
  EXPECT_EQ(encode_base64url(bytes), "-__-Pg");
  EXPECT_EQ(*parse_base64url("-__-Pg"), bytes);
}

TEST(Base64, RefusesWhatWouldNotEncodeToTheSameTextAgain) {
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Zg==\n", "Z g=", "Zg===", "-_8=", "A", "====", "=Zg="}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
  for (const char* text : {"Zg==", "Zh", "+/8", "Z", "Zm9v Zg"})
    EXPECT_FALSE(parse_base64url(text)) << text;
}

TEST(Base64, AnyReadsBothAlphabetsWithPaddingOrNone) {
  for (const char* text : {"+//+Pg==", "-__-Pg", "-//+Pg", "-__-Pg=="}) {
    EXPECT_EQ(encode_hex(*parse_base64_any(text)), "fbfffe3e") << text;
  }
  for (const char* text : {"-__-Pg=", "-__-Ph", "-__ Pg", "Pg===", "P==="})
    EXPECT_FALSE(parse_base64_any(text)) << text;
}

// Every length around the groups of three and four, every octet, and every bad character anywhere.
TEST(Base64, EveryLengthComesBackAndEveryBadCharacterIsSeen) {
  Bytes bytes;
  for (int size = 0; size < 300; ++size) {
    EXPECT_EQ(*parse_base64(encode_base64(bytes)), bytes);
    EXPECT_EQ(*parse_base64url(encode_base64url(bytes)), bytes);
    bytes.push_back(static_cast<std::uint8_t>(size * 89));
  }
  for (std::size_t size : {9U, 10U, 11U}) {
    const std::string good = encode_base64url(ByteView(bytes).first(size));
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string text = good;
        text[at] = static_cast<char>(c);
        const bool known = std::isalnum(c) != 0 || c == '-' || c == '_';
        const auto parsed = parse_base64url(text);
        if (!known) {
          EXPECT_FALSE(parsed) << text;
        }
        if (parsed) {
          EXPECT_EQ(encode_base64url(*parsed), text);
        }
      }
    }
  }
}

TEST(Hex, RoundTripsAndRefusesHalfOctets) {
  EXPECT_EQ(encode_hex(*parse_hex("00fFa1")), "00ffa1");
  EXPECT_FALSE(parse_hex("0"));
  EXPECT_FALSE(parse_hex("0g"));
  for (int c = 0; c < 256; ++c) {
    const std::string text{static_cast<char>(c), 'a', 'a', static_cast<char>(c)};
    EXPECT_EQ(static_cast<bool>(parse_hex(text)), std::isxdigit(c) != 0) << c;
  }
}

}  // namespace
}  // namespace keyferry
