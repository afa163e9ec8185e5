#include "keyferry/client/relay_client.h"

#include <gtest/gtest.h>

#include "keyferry/keystore/sender_record.h"
#include "keyferry/transfer/share_secret.h"

namespace keyferry::client {
namespace {

const std::string kId = "9f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0";

CreateOrder order() {
  CreateOrder order;
  order.base = "https://relay.example";
  order.expiration = from_unix_seconds(1795000000);
  order.claim_hash = "hash";
  return order;
}

Result<CreatedMailbox> created(const std::string& body) {
  return parse_created(order(), http::Response{200, {}, body});
}

TEST(RelayClient, ReadsTheCreateAnswer) {
  const auto box =
      created(R"({"urlLink":"https://relay.example/kf/v1/m/)" + kId +
              R"(","expiration":"2026-11-18T10:00:00Z","claimHash":"hash","claimPolicy":"proof"})");
  ASSERT_TRUE(box.has_value()) << box.error().detail;
  EXPECT_EQ(box->base, "https://relay.example/kf");
  EXPECT_EQ(encode_uuid(box->mailbox), kId);
  EXPECT_TRUE(box->proves);
  EXPECT_EQ(unix_seconds(box->expiration), 1794996000);
}

//= spec:tigress#A-41 test
//= spec:tigress#A-55 test
TEST(RelayClient, PlainRelaysAreNoticed) {
  const auto box = created(R"({"urlLink":"https://relay.example/m/)" + kId + "\"}");
  ASSERT_TRUE(box.has_value());
  EXPECT_FALSE(box->proves);
  EXPECT_EQ(box->expiration, order().expiration);
  const auto other = created(R"({"urlLink":"https://relay.example/v1/m/)" + kId +
                             R"(","claimHash":"another","claimPolicy":"proof"})");
  EXPECT_FALSE(other->proves);
}

TEST(RelayClient, LinksToElsewhereAreRefused) {
  for (const std::string base :
       {"https://evil.example", "https://relay.example:444", "https://relay.example.evil"}) {
    const auto box = created(R"({"urlLink":")" + base + "/v1/m/" + kId + "\"}");
    ASSERT_FALSE(box.has_value()) << base;
    EXPECT_EQ(box.error().reason, "foreign_link");
  }
  EXPECT_FALSE(created("{}").has_value());
  EXPECT_FALSE(created("nonsense").has_value());
}

TEST(SenderRecord, SurvivesItsFile) {
  keystore::SenderRecord record;
  record.id = "0123456789abcdef";
  record.credential = "web";
  record.started = from_unix_seconds(1795000000);
  record.order = {{"kind", "ssh"}, {"pin", "123456"}};
  record.offer = boost::json::object{{"credential_issuer", "https://auth.example"}};
  record.secret = transfer::make_share_secret();
  record.payload = transfer::seal_payload(*record.secret, bytes_of("x"));
  record.note = "hello";
  transfer::ShareLink link;
  link.base = "https://relay.example";
  link.mailbox = *parse_uuid(kId);
  record.link = std::move(link);
  const auto object = keystore::encode_sender_record(record);
  const auto read = keystore::parse_sender_record(object);
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_EQ(keystore::encode_sender_record(*read), object);
  EXPECT_EQ(transfer::encode_share_link(keystore::full_link(*read)),
            transfer::encode_share_link(keystore::full_link(record)));
  auto newer = object;
  newer["version"] = 2;
  EXPECT_NE(keystore::parse_sender_record(newer).error().detail.find("newer version"),
            std::string::npos);
}

}  // namespace
}  // namespace keyferry::client
