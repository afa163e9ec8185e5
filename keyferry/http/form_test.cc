#include "keyferry/http/form.h"

#include <gtest/gtest.h>

namespace keyferry::http {
namespace {

TEST(Form, ReadsNamesAndValues) {
  const auto form = Form::parse("grant_type=a%3Ab&tx_code=12+34&empty=&flag&&%C3%A9=%e2%82%ac");
  ASSERT_TRUE(form) << form.error().detail;
  EXPECT_EQ(form->find("grant_type"), "a:b");
  EXPECT_EQ(form->find("tx_code"), "12 34");
  EXPECT_EQ(form->find("empty"), "");
  EXPECT_EQ(form->find("flag"), "");
  EXPECT_EQ(form->find("é"), "€");
  EXPECT_FALSE(form->find("FLAG"));
  EXPECT_EQ(form->fields().size(), 5u);
  EXPECT_TRUE(Form::parse("")->fields().empty());
}

TEST(Form, RefusesWhatCouldBeReadTwoWays) {
  std::string many;
  for (int i = 0; i < 65; ++i) many += "n" + std::to_string(i) + "=&";
  for (const std::string& bad :
       {std::string("a=1&a=2"), std::string("a=1&%61=2"), std::string("=x"), std::string("a=%"),
        std::string("a=%4"), std::string("a=%G0"), std::string("a=%00"), std::string("a=%ff"),
        std::string("%c0%80=a"), many}) {
    const auto form = Form::parse(bad);
    ASSERT_FALSE(form) << bad;
    EXPECT_EQ(form.error().code, Errc::invalid);
  }
}

TEST(Form, EncodedFieldsReadTheSame) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  const std::vector<std::pair<std::string, std::string>> fields{
      {"a b", "c&d=e+f"}, {all, all}, {"ü", ""}};
  EXPECT_EQ(Form::parse(encode_form(fields))->fields(), fields);
}

TEST(PercentEncoding, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~ /%+\xc3\xa9"), "aZ09-._~%20%2F%25%2B%C3%A9");
  EXPECT_EQ(*percent_decode("a+b%2b%00"), std::string("a+b+\0", 5));
  EXPECT_FALSE(percent_decode("%"));
  EXPECT_FALSE(percent_decode("%1"));
  EXPECT_FALSE(percent_decode("%-1"));
}

TEST(MediaType, IgnoresCaseAndParameters) {
  Headers headers;
  EXPECT_FALSE(is_media_type(headers, "application/json"));
  headers.set("content-type", "Application/JSON ; charset=utf-8");
  EXPECT_TRUE(is_media_type(headers, "application/json"));
  EXPECT_FALSE(is_media_type(headers, "application/jso"));
  headers.set("content-type", "application/json5");
  EXPECT_FALSE(is_media_type(headers, "application/json"));
}

}  // namespace
}  // namespace keyferry::http
