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

TEST(Hex, RoundTripsAndRefusesHalfOctets) {
  EXPECT_EQ(encode_hex(*parse_hex("00fFa1")), "00ffa1");
  EXPECT_FALSE(parse_hex("0"));
  EXPECT_FALSE(parse_hex("0g"));
}

}  // namespace
}  // namespace keyferry
