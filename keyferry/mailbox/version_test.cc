#include "keyferry/mailbox/version.h"

#include <gtest/gtest.h>

#include "keyferry/mailbox/example_test.h"

namespace keyferry::mailbox {
namespace {

std::optional<Condition> condition(std::vector<std::string_view> values) {
  return parse_condition(values);
}

Mailbox box_at(std::uint64_t revision, std::uint32_t turns) {
  Mailbox box = example_box();
  box.revision = revision;
  box.turns = turns;
  return box;
}

//= spec:tigress#A-19 test
TEST(Version, TheCreatorSeesTheOtherSideTheRecipientDoesNot) {
  const Mailbox box = box_at(7, 3);
  EXPECT_EQ(encode_version(version_of(box, Party::creator)), "\"7.3\"");
  EXPECT_EQ(encode_version(version_of(box, Party::recipient)), "\"7\"");
}

TEST(Version, WhatWasEncodedIsNamed) {
  for (Party party : {Party::creator, Party::recipient}) {
    const Version version = version_of(box_at(18446744073709551615u, 4294967295u), party);
    const std::string tag = encode_version(version);
    EXPECT_TRUE(names_version(*condition({tag}), version)) << tag;
    EXPECT_TRUE(names_version(*condition({"\"x\", W/" + tag}), version)) << tag;
  }
}

TEST(Version, AWriterMayNameTheRevisionWhoeverHasClaimedSince) {
  EXPECT_TRUE(names_revision(*condition({"\"7.1\""}), box_at(7, 3)));
  EXPECT_TRUE(names_revision(*condition({"\"7\""}), box_at(7, 3)));
  EXPECT_FALSE(names_revision(*condition({"\"6.3\""}), box_at(7, 3)));
  EXPECT_FALSE(names_version(*condition({"\"7.1\""}), version_of(box_at(7, 3), Party::creator)));
}

TEST(Version, AListAndSeveralHeadersAndAStarCount) {
  EXPECT_TRUE(names_revision(*condition({"\"1\", \"7\""}), box_at(7, 0)));
  EXPECT_TRUE(names_revision(*condition({"\"1\"", "\"7\""}), box_at(7, 0)));
  EXPECT_TRUE(names_revision(*condition({"*"}), box_at(7, 0)));
  EXPECT_TRUE(names_revision(*condition({"W/\"6\", W/\"7.2-gzip\""}), box_at(7, 0)));
  EXPECT_FALSE(names_revision(*condition({"\"6\", *"}), box_at(7, 0))) << "a star stands alone";
  EXPECT_FALSE(condition({}));
}

TEST(Version, WhatCannotBeReadNamesNothing) {
  for (std::string_view odd : {"", "7", "\"7", "\"\"", "\"07\"", "\"+7\"", "\"7.\"", "\"7.x\"",
                               "\"7.0.0\"", "\"7 \"", "\"18446744073709551623\"", "7.0"}) {
    const auto read = condition({odd});
    ASSERT_TRUE(read) << odd;
    EXPECT_FALSE(names_revision(*read, box_at(7, 0))) << odd;
  }
}

}  // namespace
}  // namespace keyferry::mailbox
