#include "keyferry/codec/plain_text.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include "keyferry/codec/characters.h"
#include "keyferry/codec/text.h"

namespace keyferry::codec {
namespace {

std::string utf8(char32_t code_point) {
  utf8proc_uint8_t octets[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), octets);
  return {reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
}

TEST(PlainText, StaysWhatItIs) {
  for (const char* text : {"", "a", "a  b\nc", "Zo\u00EB", "Zoe\u0308", "\u05E9\u05DC", "\u4E00",
                           "\U0001F511", "{\"a\": 'b' # c}"}) {
    EXPECT_EQ(*plain_text(text, "x"), text);
  }
}

TEST(PlainText, WhatEditorsAndMessengersAddIsGone) {
  EXPECT_EQ(*plain_text("\xEF\xBB\xBFkey = 1\r\nother = 2\r\n", "x"), "key = 1\nother = 2\n");
  EXPECT_EQ(*plain_text("a\rb\n\rc", "x"), "a\nb\n\nc");
  EXPECT_EQ(*plain_text("a\tb\u00A0c\u2003d\u3000e\u2028f\u0085g\u2800h", "x"), "a b c d e f g h");
  EXPECT_EQ(*plain_text("a\n\xEF\xBB\xBF"
                        "b",
                        "x"),
            "a\nb")
      << "two files put together";
}

// Each code point of Unicode is kept, made a blank, or dropped; nothing that hides is kept.
TEST(PlainText, NoInvisibleCharacterOfUnicodeIsLeft) {
  int blanks = 0, dropped = 0, refused = 0;
  for (char32_t c = 1; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const auto read = plain_text("a" + utf8(c) + "b", "x");
    if (!read) {
      EXPECT_TRUE(is_control(c)) << std::hex << static_cast<unsigned>(c);
      ++refused;
    } else if (*read == "a b") {
      ++blanks;
    } else if (*read == "ab") {
      ++dropped;
    } else if (c != U'\n' && c != U'\r') {
      EXPECT_EQ(*read, "a" + utf8(c) + "b");
      EXPECT_TRUE(is_visible(utf8(c))) << std::hex << static_cast<unsigned>(c);
    }
  }
  EXPECT_EQ(refused, 64 - 6)
      << "the control characters from U+0001 but TAB, LF, VT, FF, CR and NEL";
  EXPECT_EQ(blanks, 17 + 2 + 4 + 1) << "Zs, LS and PS, TAB VT FF NEL, and the empty braille";
  EXPECT_GT(dropped, 4150) << "4096 of the tags alone";
}

TEST(PlainText, WhatCannotBeReadIsNamedWithItsPlace) {
  const auto detail = [](std::string_view raw) {
    return plain_text(raw, "pin.txt").error().detail;
  };
  EXPECT_EQ(detail("\xFF\xFE\x31\x00"), "pin.txt: this is UTF-16 text: save it as UTF-8");
  EXPECT_EQ(detail("\xFE\xFF\x00\x31"), "pin.txt: this is UTF-16 text: save it as UTF-8");
  EXPECT_EQ(detail("caf\xE9"), "pin.txt: this is not UTF-8 text");
  EXPECT_EQ(detail("a\nb\nc\xC3"), "pin.txt:3: this is not UTF-8 text");
  EXPECT_EQ(detail("a\r\n\x1B[2J"),
            "pin.txt:2: there is a control character (U+001B): take it out");
  EXPECT_EQ(detail(std::string_view("1\0", 2)),
            "pin.txt: there is a control character (U+0000): take it out");
  EXPECT_EQ(detail("\u009B"), "pin.txt: there is a control character (U+009B): take it out");
}

TEST(PlainLine, IsOneLineWithoutWhatStandsAround) {
  EXPECT_EQ(*plain_line("\xEF\xBB\xBF 1234 \r\n\r\n", "x"), "1234");
  EXPECT_EQ(*plain_line("\n\n\u00A0a  b\n", "x"), "a  b");
  EXPECT_EQ(*plain_line("\u200B\n", "x"), "");
  EXPECT_EQ(plain_line("1\n2", "--pin-file").error().detail,
            "--pin-file: only one line is wanted here");
  EXPECT_FALSE(plain_line("\xFF", "x"));
}

TEST(PlainLines, LeaveCommentsAndEmptyLinesOut) {
  const std::string text =
      *plain_text("# one\u2028hidden\r\n  two \r\n\r\n\u3000# three\n four#4", "x");
  EXPECT_EQ(plain_lines(text), (std::vector<std::string_view>{"two", "four#4"}));
  EXPECT_TRUE(plain_lines("").empty());
  EXPECT_TRUE(plain_lines("\n#").empty());
}

}  // namespace
}  // namespace keyferry::codec
