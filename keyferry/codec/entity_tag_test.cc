#include "keyferry/codec/entity_tag.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace keyferry::codec {
namespace {

using Texts = std::vector<std::string>;

TagList tags(std::vector<std::string_view> values) {
  return parse_tags(values);
}

TEST(EntityTags, AListIsRead) {
  EXPECT_EQ(tags({"\"a\""}).tags, Texts{"a"});
  EXPECT_EQ(tags({"\"a\", \"b\" ,W/\"c\",,\t\"d\""}).tags, (Texts{"a", "b", "c", "d"}));
  EXPECT_EQ(tags({"\"a\"", "W/\"b\""}).tags, (Texts{"a", "b"}));
  EXPECT_EQ(tags({"\"a,b\", \"*\""}).tags, (Texts{"a,b", "*"}));
  EXPECT_EQ(tags({"\"\""}).tags, Texts{""});
  EXPECT_FALSE(tags({"\"*\""}).any);
  EXPECT_TRUE(tags({" * "}).any);
  EXPECT_TRUE(tags({"\"a\"", "*"}).any);
}

TEST(EntityTags, WhatIsNoTagNamesNothing) {
  for (std::string_view odd : {"", "a", "\"a", "a\"", "w/\"a\"", "W/a", "W/", "'a'", "\"a\"x",
                               "x\"a\"", "\"b\"\"a\"", "*, \"b\"x", "**", ","}) {
    const TagList read = tags({odd});
    EXPECT_FALSE(read.any) << odd;
    EXPECT_EQ(std::count(read.tags.begin(), read.tags.end(), "a"), 0) << odd;
  }
  EXPECT_FALSE(tags({"*, \"a\""}).any) << "a star stands alone";
  EXPECT_EQ(tags({"x, \"a\""}).tags, Texts{"a"}) << "the others still count";
}

TEST(EntityTags, WhatACompressingProxyMadeOfOneIsTheSame) {
  for (std::string_view sent : {"\"7.1\"", "W/\"7.1\"", "\"7.1-gzip\"", "W/\"7.1-br\"",
                                "\"7.1--gzip\"", "\"7.1;gzip\"", "\"7.1-zstd\""}) {
    EXPECT_TRUE(same_tag(sent, "\"7.1\"")) << sent;
    EXPECT_TRUE(names(tags({sent}), "\"7.1\"")) << sent;
    EXPECT_TRUE(names(tags({"\"7.1\""}), sent)) << sent;
  }
  for (std::string_view sent :
       {"\"7.2\"", "\"7.1gzip\"", "\"7.1-x\"", "7.1", "", "\"7.1\"\"7.1\""}) {
    EXPECT_FALSE(same_tag(sent, "\"7.1\"")) << sent;
  }
  EXPECT_FALSE(same_tag("", ""));
  EXPECT_TRUE(same_tag("\"-gzip\"", "\"-gzip\""));
  EXPECT_TRUE(names(tags({"*"}), "\"7.1\""));
}

}  // namespace
}  // namespace keyferry::codec
