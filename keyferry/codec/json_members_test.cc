#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"

namespace keyferry::codec {
namespace {

boost::json::object object() {
  return *parse_json_object(
      R"({"text":"é","zero":0,"big":18446744073709551615,"least":-9223372036854775808,
    "real":1.0,"yes":true,"none":null,"inner":{"x":1},"texts":["a","b"],"mixed":["a",1],"empty":[],
    "octets":"_-8","padded":"_-8="})");
}

TEST(JsonMembers, TextIsAString) {
  EXPECT_EQ(*text_member(object(), "text"), "é");
  EXPECT_EQ(text_member(object(), "nothing").error().detail, "member \"nothing\" is missing");
  EXPECT_EQ(text_member(object(), "zero").error().detail, "member \"zero\" must be a string");
  EXPECT_EQ(*optional_text_member(object(), "nothing"), std::nullopt);
  EXPECT_EQ(**optional_text_member(object(), "text"), "é");
  EXPECT_FALSE(optional_text_member(object(), "none"));
}

TEST(JsonMembers, IntegersKeepTheirRange) {
  EXPECT_EQ(*integer_member(object(), "zero", 0, 0), 0);
  EXPECT_EQ(*integer_member(object(), "least", INT64_MIN, INT64_MAX), INT64_MIN);
  EXPECT_EQ(integer_member(object(), "zero", 1, 16).error().detail,
            "member \"zero\" must be an integer from 1 to 16");
  for (const char* name : {"big", "real", "text", "yes", "none"}) {
    EXPECT_FALSE(integer_member(object(), name, INT64_MIN, INT64_MAX)) << name;
    EXPECT_FALSE(optional_integer_member(object(), name, INT64_MIN, INT64_MAX)) << name;
  }
  EXPECT_EQ(integer_member(object(), "nothing", 0, 1).error().detail,
            "member \"nothing\" is missing");
  EXPECT_EQ(*optional_integer_member(object(), "nothing", 0, 1), std::nullopt);
}

TEST(JsonMembers, FlagsAndObjectsHaveTheirType) {
  EXPECT_EQ(*optional_bool_member(object(), "yes"), true);
  EXPECT_EQ(*optional_bool_member(object(), "nothing"), std::nullopt);
  EXPECT_EQ(optional_bool_member(object(), "zero").error().detail,
            "member \"zero\" must be true or false");
  const boost::json::object parent = object();
  EXPECT_EQ((*object_member(parent, "inner"))->size(), 1u);
  EXPECT_EQ(*optional_object_member(parent, "nothing"), nullptr);
  EXPECT_EQ(object_member(parent, "nothing").error().detail, "member \"nothing\" is missing");
  EXPECT_EQ(object_member(parent, "texts").error().detail, "member \"texts\" must be an object");
  EXPECT_FALSE(optional_object_member(parent, "none"));
}

TEST(JsonMembers, TextsAreAnArrayOfStrings) {
  EXPECT_EQ(*texts_member(object(), "texts"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(texts_member(object(), "empty")->empty());
  for (const char* name : {"mixed", "text", "inner"}) {
    EXPECT_EQ(texts_member(object(), name).error().detail,
              "member \"" + std::string(name) + "\" must be an array of strings");
  }
  EXPECT_EQ(texts_member(object(), "nothing").error().detail, "member \"nothing\" is missing");
}

TEST(JsonMembers, OctetsAreUnpaddedBase64Url) {
  EXPECT_EQ(encode_hex(*octets_member(object(), "octets", 2)), "ffef");
  EXPECT_EQ(encode_hex(*octets_member(object(), "octets", 0)), "ffef");
  EXPECT_EQ(octets_member(object(), "octets", 3).error().detail,
            "member \"octets\" must be base64url of 3 octets");
  EXPECT_EQ(octets_member(object(), "padded", 0).error().detail,
            "member \"padded\" must be base64url without padding");
  EXPECT_FALSE(octets_member(object(), "nothing", 0));
  EXPECT_FALSE(octets_member(object(), "zero", 0));
}

}  // namespace
}  // namespace keyferry::codec
