#include "keyferry/codec/json.h"

#include <gtest/gtest.h>

namespace keyferry::codec {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, ReadsWhatItWrites) {
  for (const char* text :
       {R"({"b":1,"a":[true,null,"x"],"":{}})", R"("\u0000")", "[]", "-1", "18446744073709551615",
        R"({"a":{"x":1},"b":{"x":1}})", R"([{"x":1},{"x":1}])", "\"\xC3\xA9\xF0\x9F\x94\x91\""}) {
    const Result<boost::json::value> value = parse_json(text);
    ASSERT_TRUE(value) << text << value.error().detail;
    EXPECT_EQ(encode_json(*value), text);
  }
  EXPECT_EQ(encode_json(*parse_json(" \t\r\n{ \"\\u0061\" : \"\\ud83d\\udd11\" } \n")),
            "{\"a\":\"\xF0\x9F\x94\x91\"}");
}

TEST(Json, DuplicateMembersAreRefusedAtAnyDepth) {
  for (const char* text : {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"a":1,"\u0061":2})",
                           R"([{"x":{"a":{},"a":{}}}])", R"({"":1,"":2})", R"({"\u00e9":1,"é":2})",
                           R"({"b":{"a":1,"a":1},"b":1})",
                           R"({"long long long long name":1,"long long long long name":2})"}) {
    const Result<boost::json::value> value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::invalid);
    EXPECT_NE(value.error().detail.find("has a member twice"), std::string::npos);
  }
}

TEST(Json, EscapedNamesAreComparedAsDecoded) {
  for (const char* text : {R"({"\u0061":1,"\u0062":2})", R"({"a":1,"\u0062":2,"\u0061b":3})",
                           R"({"\n":1,"\t":2,"\\n":3,"n":4})"}) {
    EXPECT_TRUE(parse_json(text)) << text;
  }
}

TEST(Json, ManyMembersAreComparedWithoutComparingAllPairs) {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) text += "\"" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(text + "\"x\":0}"));
  EXPECT_FALSE(parse_json(text + "\"4711\":0}"));
}

TEST(Json, RefusesWhatIsNotStrictJson) {
  const std::string_view cases[] = {"",
                                    " ",
                                    "{",
                                    "{\"a\":1,}",
                                    "[1,]",
                                    "{a:1}",
                                    "{'a':1}",
                                    "// c\n1",
                                    "/* c */1",
                                    "1 2",
                                    "{} x",
                                    "{}{}",
                                    "NaN",
                                    "Infinity",
                                    "01",
                                    "+1",
                                    ".5",
                                    "1.",
                                    "1e999",
                                    "-1e999",
                                    "\"a",
                                    "\"\n\"",
                                    "\"\\x41\"",
                                    "\"\\ud800\"",
                                    "\"\\udc00\"",
                                    "\"\\ud800\\ud800\"",
                                    "True",
                                    "\xEF\xBB\xBF{}",
                                    std::string_view("{}\0", 3),
                                    std::string_view("\"\0\"", 3)};
  for (std::string_view text : cases) {
    const Result<boost::json::value> value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::invalid) << text;
  }
}

TEST(Json, RefusesMalformedUtf8) {
  for (const char* octets :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xC3"}) {
    EXPECT_FALSE(parse_json("\"" + std::string(octets) + "\""));
    EXPECT_FALSE(parse_json("{\"" + std::string(octets) + "\":1}"));
  }
}

TEST(Json, LimitsAreInclusive) {
  EXPECT_TRUE(parse_json(nested(8)));
  const Result<boost::json::value> deep = parse_json(nested(9));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().detail,
            "the JSON is refused at octet 8: more than 8 objects and arrays are nested");
  EXPECT_TRUE(parse_json(R"({"a":[{}]})", {.octets = 10, .depth = 3}));
  EXPECT_EQ(parse_json(R"({"a":[{}]})", {.octets = 9, .depth = 3}).error().code, Errc::too_large);
  EXPECT_EQ(parse_json(R"({"a":[{}]})", {.octets = 10, .depth = 2}).error().code, Errc::invalid);
  EXPECT_FALSE(parse_json(std::string(60000, '[')));
}

TEST(Json, MessagesSayWhereAndQuoteNothing) {
  EXPECT_EQ(parse_json("{\"pin\":123456 \"").error().detail,
            "the JSON is refused at octet 14: syntax error");
  EXPECT_EQ(parse_json("{\"pin\":").error().detail,
            "the JSON is refused at octet 7: it ends too early");
  EXPECT_EQ(parse_json("{} 123456").error().detail,
            "the JSON is refused at octet 3: something follows the value");
}

TEST(Json, AnObjectIsAnObject) {
  EXPECT_EQ(parse_json_object(R"({"a":1})")->size(), 1u);
  for (const char* text : {"[]", "1", "null", "\"{}\""}) {
    EXPECT_EQ(parse_json_object(text).error().detail, "the JSON must be an object") << text;
  }
}

}  // namespace
}  // namespace keyferry::codec
