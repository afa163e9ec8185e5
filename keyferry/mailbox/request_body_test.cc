#include "keyferry/mailbox/request_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keyferry/base/base64.h"

namespace keyferry::mailbox {
namespace {

using testing::HasSubstr;

const BodyLimits kLimits;
const std::string kHash = encode_base64url(Bytes(32, 7));

std::string payload_json(std::size_t octets = 40) {
  return R"("payload":{"type":"AEAD_AES_256_GCM","data":")" + encode_base64(Bytes(octets, 5)) +
         R"("})";
}
const std::string kDisplay =
    R"("displayInformation":{"title":"a","description":"b","imageURL":""})";

std::string create_json(const std::string& more = "") {
  return "{" + payload_json() + "," + kDisplay + more + "}";
}
std::string configured(const std::string& members) {
  return create_json(R"(,"mailboxConfiguration":{)" + members + "}");
}
const std::string kUntil = R"("expiration":"2030-01-31T12:00:00Z")";

Error create_error(const std::string& json) {
  const auto parsed = parse_create_body(json, kLimits);
  return parsed ? Error{Errc::internal, "it was accepted", ""} : parsed.error();
}

TEST(CreateBody, EveryMemberArrives) {
  const auto parsed = parse_create_body(configured(R"("accessRights":"RWD","claimHash":")" + kHash +
                                                   R"(","claimPolicy":"proof",)" + kUntil),
                                        kLimits);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->request.payload.data, Bytes(40, 5));
  EXPECT_EQ(parsed->request.display.title, "a");
  EXPECT_EQ(parsed->request.configuration->rights, kRightsByDefault);
  EXPECT_EQ(unix_seconds(parsed->request.configuration->expiration), 1896091200);
  EXPECT_TRUE(parsed->request.configuration->rule.proof_only);
  EXPECT_EQ(parsed->request.configuration->rule.key_hash->octets[0], 7);
}

//= spec:tigress#A-09 test
//= spec:tigress#A-14 test
TEST(CreateBody, AConfigurationNeedsADeadlineAndReadsAndDeletesByDefault) {
  EXPECT_FALSE(parse_create_body(create_json(), kLimits)->request.configuration);
  EXPECT_EQ(parse_create_body(configured(kUntil), kLimits)->request.configuration->rights,
            kRightsWhenOmitted);
  EXPECT_THAT(create_error(configured(R"("accessRights":"RWD")")).detail,
              HasSubstr("mailboxConfiguration: member \"expiration\" is missing"));
}

//= spec:tigress#A-47 test
TEST(CreateBody, UnknownMembersAreIgnored) {
  EXPECT_TRUE(parse_create_body(create_json(R"(,"delivery":{"deep":[1]},"x":null)"), kLimits));
  EXPECT_TRUE(parse_create_body(configured(kUntil + R"(,"delivery":"queue")"), kLimits));
}

//= spec:tigress#TRN-04 test
TEST(CreateBody, TextsBecomeNfc) {
  const auto parsed = parse_create_body(
      "{" + payload_json() +
          R"(,"displayInformation":{"title":"e\u0301","description":"<b>","imageURL":"http://x"}})",
      kLimits);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->request.display.title, "\u00e9");
  EXPECT_EQ(parsed->request.display.description, "<b>");
  EXPECT_EQ(create_error("{" + payload_json() + R"(,"displayInformation":{"title":")" + "\xff" +
                         R"(","description":"","imageURL":""}})")
                .code,
            Errc::invalid);
}

//= spec:tigress#A-55 test
TEST(CreateBody, AFaultyClaimRuleIsRefused) {
  EXPECT_EQ(create_error(configured(kUntil + R"(,"claimPolicy":"proof")")).code, Errc::invalid);
  EXPECT_THAT(create_error(configured(kUntil + R"(,"claimPolicy":"proof")")).detail,
              HasSubstr("needs the member \"claimHash\""));
  EXPECT_THAT(
      create_error(configured(kUntil + R"(,"claimPolicy":"other","claimHash":")" + kHash + "\""))
          .detail,
      HasSubstr("must be \"proof\""));
  for (const char* hash : {"\"\"", "\"abc\"", "7", "null"}) {
    EXPECT_EQ(create_error(configured(kUntil + R"(,"claimHash":)" + hash)).code, Errc::invalid);
  }
  EXPECT_TRUE(parse_create_body(configured(kUntil + R"(,"claimHash":")" + kHash + "\""), kLimits));
}

//= spec:tigress#A-49 test
//= spec:tigress#A-43 test
TEST(Payload, IsCheckedForTypeAlphabetAndLength) {
  const auto error_of = [](const std::string& type, const std::string& data) {
    const auto parsed = parse_update_body(
        R"({"payload":{"type":")" + type + R"(","data":")" + data + "\"}}", kLimits);
    return parsed ? std::string("accepted") : parsed.error().detail;
  };
  const std::string good = "AEAD_AES_128_GCM";
  EXPECT_EQ(error_of(good, encode_base64(Bytes(28, 0xff))), "accepted");
  EXPECT_EQ(error_of(good, encode_base64url(Bytes(28, 0xff))), "accepted");
  EXPECT_THAT(error_of(good, encode_base64(Bytes(27, 1))), HasSubstr("shorter than"));
  EXPECT_THAT(error_of(good, "%%%%"), HasSubstr("must be base64"));
  EXPECT_THAT(error_of("ROT13", encode_base64(Bytes(28, 1))), HasSubstr("must be AEAD_AES_128"));
  BodyLimits lenient;
  lenient.strict = false;
  EXPECT_TRUE(parse_update_body(
      R"({"payload":{"type":"OTHER","data":")" + encode_base64(Bytes(28, 1)) + "\"}}", lenient));
}

//= spec:tigress#A-48 test
TEST(Limits, WhatIsOverOneSaysWhichAndHowMuch) {
  EXPECT_TRUE(parse_update_body("{" + payload_json(65536) + "}", kLimits));
  const auto big = parse_update_body("{" + payload_json(65537) + "}", kLimits);
  EXPECT_EQ(big.error().code, Errc::too_large);
  EXPECT_THAT(big.error().detail, HasSubstr("65536 octets"));

  const std::string title(1024, 't');
  const auto wide = create_error("{" + payload_json() + R"(,"displayInformation":{"title":")" +
                                 title + R"(","description":"b","imageURL":""}})");
  EXPECT_EQ(wide.code, Errc::too_large);
  EXPECT_THAT(wide.detail, HasSubstr("displayInformation: the text is over the limit of 1024"));

  const auto token = create_error(create_json(R"(,"notificationToken":{"type":"t","tokenData":")" +
                                              std::string(4096, 'x') + "\"}"));
  EXPECT_EQ(token.code, Errc::too_large);
}

//= spec:tigress#NTF-02 test
//= spec:tigress#A-07 test
TEST(Token, HasBothMembersOrIsLeftOut) {
  EXPECT_TRUE(parse_read_body("{}", kLimits));
  EXPECT_TRUE(parse_read_body(R"({"notificationToken":{"type":"a","tokenData":"b"}})", kLimits));
  EXPECT_THAT(parse_read_body(R"({"notificationToken":{"type":"a"}})", kLimits).error().detail,
              HasSubstr("notificationToken: member \"tokenData\" is missing"));
  EXPECT_EQ(create_error(create_json(R"(,"notificationToken":{"tokenData":"a"})")).code,
            Errc::invalid);
  EXPECT_EQ(parse_read_body("[]", kLimits).error().code, Errc::invalid);
}

TEST(Body, MalformedJsonIsRefused) {
  for (const char* json :
       {"", "{", "[]", "7", R"({"payload":1,"payload":2})", R"({"payload":[]})"}) {
    EXPECT_EQ(create_error(json).code, Errc::invalid) << json;
  }
  std::string deep = "1";
  for (int i = 0; i < 9; ++i) deep = "[" + deep + "]";
  EXPECT_EQ(create_error(create_json(",\"x\":" + deep)).code, Errc::invalid);
  EXPECT_EQ(create_error(std::string(most_body_octets(kLimits) + 1, ' ')).code, Errc::too_large);
}

//= spec:tigress#API-07 test
TEST(CreateBody, EachRequiredMemberIsNamedWhenMissing) {
  EXPECT_THAT(create_error("{" + kDisplay + "}").detail, HasSubstr("\"payload\" is missing"));
  EXPECT_THAT(create_error("{" + payload_json() + "}").detail,
              HasSubstr("\"displayInformation\" is missing"));
  EXPECT_THAT(create_error("{" + payload_json() +
                           R"(,"displayInformation":{"title":"a","description":"b"}})")
                  .detail,
              HasSubstr("\"imageURL\" is missing"));
  EXPECT_THAT(create_error(R"({"payload":{"type":"AEAD_AES_256_GCM"},)" + kDisplay + "}").detail,
              HasSubstr("payload: member \"data\" is missing"));
}

}  // namespace
}  // namespace keyferry::mailbox
