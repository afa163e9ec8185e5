#include "keyferry/dropbox/drop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/dropbox/location.h"

namespace keyferry::dropbox {
namespace {

const std::string kContent(64, 'x');
const std::string kOther(64, 'y');

Drop drop_of(std::string_view content) {
  return Drop{copy_of(bytes_of(content)), {}};
}

//= spec:tigress#B-06 test
TEST(Drop, IsPutOnceAndARetryIsNoClash) {
  EXPECT_FALSE(decide_put(std::nullopt, kContent)->repeated);
  EXPECT_TRUE(decide_put(drop_of(kContent), kContent)->repeated);
  const auto clash = decide_put(drop_of(kContent), kOther);
  EXPECT_EQ(clash.error().code, Errc::precondition_failed);
  EXPECT_EQ(clash.error().reason, "taken");
}

//= spec:tigress#B-09 test
TEST(Drop, IsAsLongAsASealedMessageAndNotLongerThanTheLimit) {
  EXPECT_TRUE(check_content(std::string(kLeastDrop, 'x'), 1000));
  EXPECT_TRUE(check_content(std::string(1000, 'x'), 1000));
  EXPECT_EQ(check_content(std::string(kLeastDrop - 1, 'x'), 1000).error().code, Errc::invalid);
  EXPECT_EQ(check_content(std::string(1001, 'x'), 1000).error().code, Errc::too_large);
  EXPECT_EQ(check_content("", 1000).error().code, Errc::invalid);
}

TEST(Drop, ComesBackFromTheStoreAsItWas) {
  EXPECT_EQ(*parse_drop(encode_drop(kContent, "")), drop_of(kContent));
  for (const std::size_t length : {1u, 255u, 256u, 2048u, 65535u}) {
    const Drop told{copy_of(bytes_of(kContent)), std::string(length, 't')};
    EXPECT_EQ(*parse_drop(encode_drop(kContent, told.token)), told) << length;
  }
}

TEST(Drop, WithoutATokenIsWrittenAsTheRelaysBeforeWroteIt) {
  Bytes first{1};
  append(first, bytes_of(kContent));
  EXPECT_EQ(encode_drop(kContent, ""), first);
}

TEST(Drop, ADamagedOrNewerCellIsNamed) {
  Bytes octets = encode_drop(kContent, "");
  octets[0] = 0;
  EXPECT_EQ(parse_drop(octets).error().code, Errc::io);
  octets[0] = 3;
  EXPECT_EQ(parse_drop(octets).error().code, Errc::unavailable);
  EXPECT_THAT(parse_drop(octets).error().detail, testing::HasSubstr("newer version"));
  EXPECT_EQ(parse_drop({}).error().code, Errc::io);
  const Bytes told = encode_drop("", "https://push.example/x");
  EXPECT_TRUE(parse_drop(told));
  for (std::size_t cut = 1; cut < told.size(); ++cut) {
    EXPECT_EQ(parse_drop(ByteView(told).first(cut)).error().code, Errc::io) << cut;
  }
  EXPECT_EQ(parse_drop(Bytes{2, 0, 0, 'x'}).error().code, Errc::io);
  EXPECT_EQ(parse_drop(Bytes{0, 0, 1, 't', 'x'}).error().code, Errc::io);
}

//= spec:tigress#B-01 test
TEST(Location, IsBase64UrlOfThirtyTwoOctetsAndNothingElse) {
  Bytes octets(32);
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(7 * i + 3);
  const std::string text = encode_base64url(octets);
  ASSERT_EQ(text.size(), kLocationLength);
  const auto location = parse_location(text);
  ASSERT_TRUE(location);
  EXPECT_EQ(encode_base64url(location->octets), text);
}

TEST(Location, EveryWrongPathHasOneAnswer) {
  const std::string good(kLocationLength, 'A');
  ASSERT_TRUE(parse_location(good));
  for (const std::string& wrong :
       {std::string(), good + "A", good.substr(1), good.substr(1) + "=", good.substr(1) + "+",
        good.substr(1) + "/", good.substr(1) + "B", good + "?", good + "/", "%23" + good}) {
    EXPECT_EQ(parse_location(wrong).error(), nothing_there()) << wrong;
  }
}

}  // namespace
}  // namespace keyferry::dropbox
