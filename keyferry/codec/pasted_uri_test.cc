#include "keyferry/codec/pasted_uri.h"

#include <gtest/gtest.h>

namespace keyferry::codec {
namespace {

using Readings = std::vector<std::string>;

Readings readings_of(std::string_view text) {
  const auto found = find_uris(text, "https://", 100);
  return found.size() == 1 ? found[0].readings : Readings{std::to_string(found.size())};
}

TEST(PastedUri, IsFoundInAMessage) {
  for (const char* text :
       {"https://a/b#c", "Hi, https://a/b#c", "see https://a/b#c now", "(https://a/b#c).",
        "<https://a/b#c>", "[x](https://a/b#c)", "<a href=\"https://a/b#c\">x</a>",
        "\u201Chttps://a/b#c\u201D", "**https://a/b#c**", "https://a/b#c\u3002"}) {
    EXPECT_EQ(readings_of(text), Readings{"https://a/b#c"}) << text;
    EXPECT_TRUE(find_uris(text, "https://", 100)[0].ends_plainly) << text;
  }
  EXPECT_EQ(readings_of("HTTPS://A/"), Readings{"HTTPS://A/"});
  EXPECT_EQ(readings_of("xhttps://a"), Readings{"0"});
  EXPECT_EQ(find_uris("<https://a|https://a> https://b", "https://", 100).size(), 3U);
}

TEST(PastedUri, IsJoinedOverLinesOneByOne) {
  EXPECT_EQ(readings_of("https://a/b\nc d"), (Readings{"https://a/b", "https://a/bc"}));
  EXPECT_EQ(readings_of("> see https://a/b  \n>   c\n> > d\n"),
            (Readings{"https://a/b", "https://a/bc", "https://a/bcd"}));
  EXPECT_EQ(readings_of("https://a/b\n\nc"), Readings{"https://a/b"}) << "a paragraph ends";
  EXPECT_EQ(readings_of("https://a/b and\nc"), Readings{"https://a/b"});
}

TEST(PastedUri, WhatNoUriHoldsEndsItAndIsToldApart) {
  const auto found = find_uris("https://a/b\u00FCc", "https://", 100);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].readings, Readings{"https://a/b"});
  EXPECT_FALSE(found[0].ends_plainly);
}

TEST(PastedUri, PlacesAndSizesAreBounded) {
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "https://a ";
  EXPECT_EQ(find_uris(many, "https://", 100).size(), 1024U);
  std::string lines = "https://a";
  for (int i = 0; i < 1000; ++i) lines += "\nb";
  EXPECT_EQ(readings_of(lines).size(), 92U);
  EXPECT_EQ(find_uris(lines, "https://", 4096)[0].readings.size(), 256U);
}

TEST(PastedUri, WholeLinesAreToldFromWordsBelow) {
  const auto pieces = [](std::string_view text) {
    return find_uris(text, "https://", 100)[0].pieces;
  };
  EXPECT_EQ(pieces("https://a/b\nc1\nd2"), 3U);
  EXPECT_EQ(pieces("> Hi Bob,\n>\n> <https://a/b\n> c1>\n>\n> see you"), 2U);
  EXPECT_EQ(pieces("https://a/b\nAda"), 1U);
  EXPECT_EQ(pieces("https://a/b\n--\nAda"), 1U);
  EXPECT_EQ(pieces("https://a/b\nsee you"), 1U);
  EXPECT_EQ(pieces("https://a/b\nc1 d2"), 1U);
  EXPECT_EQ(pieces("take https://a/b\nc1"), 0U);
  EXPECT_EQ(pieces("https://a/b c\nd1"), 0U);
}

TEST(PastedUri, ALongTextTakesNoLongTime) {
  std::string text;
  while (text.size() < 65536) text += "/https://a\n";
  EXPECT_LE(find_uris(text, "https://", 4096).size(), 1024U);
  text.clear();
  while (text.size() < 65536) text += "/https://";
  EXPECT_LE(find_uris(text, "https://", 16384).size(), 1024U);
}

TEST(OneLine, GoesWithoutBreaksAndQuoteMarks) {
  EXPECT_EQ(on_one_line("a \n b\n> c\n"), "abc");
  EXPECT_EQ(on_one_line("a  b"), "a  b");
  EXPECT_EQ(on_one_line(""), "");
  EXPECT_EQ(on_one_line("\n\n"), "");
  EXPECT_EQ(without_marks(" (\u00ABa b\u00BB). "), "a b");
  EXPECT_EQ(without_marks("\"'"), "");
}

}  // namespace
}  // namespace keyferry::codec
