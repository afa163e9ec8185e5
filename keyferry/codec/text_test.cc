#include "keyferry/codec/text.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

namespace keyferry::codec {
namespace {

std::string utf8(utf8proc_int32_t code_point) {
  utf8proc_uint8_t octets[4];
  const auto size = utf8proc_encode_char(code_point, octets);
  return {reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
}

TEST(Text, Utf8IsWellFormed) {
  for (const char* text : {"", "a", "é", "\xEF\xBB\xBF", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3", "\xE2\x82", "a\xC3z"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
    EXPECT_FALSE(nfc(text));
    EXPECT_FALSE(label(text, 9));
    EXPECT_FALSE(digits_of(text));
  }
}

TEST(Text, NfcMakesComposedAndDecomposedEqual) {
  EXPECT_EQ(*nfc("Zoe\u0308"), "Zo\u00EB");
  EXPECT_EQ(*nfc("Zo\u00EB"), "Zo\u00EB");
  EXPECT_EQ(*nfc("\u1112\u1161\u11AB"), "\uD55C");
  EXPECT_EQ(*nfc("a\u0323\u0307"), *nfc("a\u0307\u0323"));
  EXPECT_EQ(*nfc(""), "");
  EXPECT_EQ(*nfc(std::string_view("a\0e\xCC\x81", 5)), std::string_view("a\0\xC3\xA9", 4));
}

TEST(Label, KeepsWhatPeopleWrite) {
  for (const char* text :
       {"Ada's laptop", "Zo\u00EB", "\u05E9\u05DC\u05D5\u05DD", "<b>&amp;</b>", "\U0001F511"}) {
    EXPECT_EQ(*label(text, 64), text);
  }
  EXPECT_EQ(*label("Zoe\u0308", 64), "Zo\u00EB");
}

//= spec:quality#1-text test
TEST(Label, DropsWhatCannotBeSeen) {
  for (utf8proc_int32_t c :
       {0x00,   0x07,   0x1B,   0x7F,   0x80,   0x9F,    0xAD,    0x34F,  0x61C,
        0x115F, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E,  0x200F,  0x202A, 0x202B,
        0x202C, 0x202D, 0x202E, 0x2060, 0x2064, 0x2066,  0x2067,  0x2068, 0x2069,
        0x206A, 0x3164, 0xFE0F, 0xFEFF, 0xFFF9, 0xE0001, 0xE0041, 0xE0100}) {
    EXPECT_EQ(*label("a" + utf8(c) + "b", 64), "ab") << std::hex << c;
    EXPECT_EQ(*label(utf8(c), 64), "") << std::hex << c;
  }
}

TEST(Label, WhiteSpaceIsTrimmedAndMadeOneSpace) {
  EXPECT_EQ(*label("  Ada \t\r\n laptop \u00A0", 64), "Ada laptop");
  EXPECT_EQ(*label("a\u2028b\u2029c\u3000d\u0085e", 64), "a b c d e");
  EXPECT_EQ(*label("a \u200B b", 64), "a b");
  EXPECT_EQ(*label(" \n ", 64), "");
}

TEST(Label, IsCutBetweenGraphemes) {
  EXPECT_EQ(*label("abcdef", 6), "abcdef");
  EXPECT_EQ(*label("abcdef", 3), "abc");
  EXPECT_EQ(*label("ab cdef", 3), "ab");
  EXPECT_EQ(*label("abx\u0323\u0327", 4), "ab");  // no composed form: three code points
  EXPECT_EQ(*label("x\u0323\u0327\u0330", 2), "x\u0327");
  EXPECT_EQ(*label("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 3), "\U0001F1E9\U0001F1EA");
  EXPECT_EQ(*label("abc", 0), "");
}

TEST(Label, IsStable) {
  for (const char* text :
       {"e\u034F\u0301", " a\u200D\u0308 b ", "\u1112\u200B\u1161", "ab\u202Ecd\u0301"}) {
    const std::string once = *label(text, 4);
    EXPECT_EQ(*label(once, 4), once);
    EXPECT_EQ(*nfc(once), once);
  }
}

TEST(Text, VisibleTextShowsAsWhatItIs) {
  for (const char* text : {"a", "echo  'x' | wc", "Zo\u00EB", "\u05E9"}) {
    EXPECT_TRUE(is_visible(text)) << text;
  }
  for (const char* text : {"", " ", " a", "a ", "a\tb", "a\nb", "a\u00A0b", "a\u2028b", "a\u202Eb",
                           "a\u200Bb", "a\x1B[2J", "a\uFE0F", "\xFF"}) {
    EXPECT_FALSE(is_visible(text)) << text;
  }
  EXPECT_FALSE(is_visible(std::string_view("a\0b", 3)));
}

TEST(Text, AQuoteIsSafeToPrint) {
  EXPECT_EQ(quote("deploy"), "\"deploy\"");
  EXPECT_EQ(quote("a\x1B[2J\u202Eb\n"), "\"a[2Jb\"");
  EXPECT_EQ(quote(std::string(41, 'x')), '"' + std::string(40, 'x') + "…\"");
  EXPECT_EQ(quote("\xFF"), "(not UTF-8)");
}

TEST(Text, CodePointsAreCounted) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("a\u00E9\u20AC\U0001F511"), 4u);
}

TEST(Digits, OfAnyScriptBecomeAscii) {
  for (const char* text :
       {"123456", " 12 34-56 ", "12\u201334\u201156", "\u0661\u0662\u0663\u0664\u0665\u0666",
        "\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16", "\u0967\u0968\u0969\u096A\u096B\u096C",
        "\U0001D7CF\U0001D7DA\U0001D7E5\U0001D7F0\U0001D7FB\U0001D7D4", "123\u00A0456\u2212",
        "\uFEFF123\u200B456\u202E"}) {
    ASSERT_TRUE(digits_of(text)) << text;
    EXPECT_EQ(*digits_of(text), "123456") << text;
  }
  EXPECT_EQ(*digits_of(""), "");
  for (const char* text : {"12345x", "+123", "1.5", "\u00B2", "\u2460", "\u2167",
                           "12\x1B"
                           "34",
                           "\u4E00"}) {
    EXPECT_EQ(digits_of(text).error().detail, "only digits, spaces and hyphens may be typed here")
        << text;
  }
}

TEST(Digits, EveryRunOfDecimalDigitsHasWholeTens) {
  int run = 0;
  for (utf8proc_int32_t c = 0; c <= 0x110000; ++c) {
    if (c <= 0x10FFFF && utf8proc_category(c) == UTF8PROC_CATEGORY_ND) {
      EXPECT_EQ(*digits_of(utf8(c)), std::to_string(run % 10)) << std::hex << c;
      ++run;
    } else {
      EXPECT_EQ(run % 10, 0) << std::hex << c;
      run = 0;
    }
  }
}

}  // namespace
}  // namespace keyferry::codec
