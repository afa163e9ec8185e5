// Round trips of everything that the wallet keeps in files.
#include <gtest/gtest.h>

#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/keystore/settings.h"
#include "keyferry/transfer/share_secret.h"

namespace keyferry::keystore {
namespace {

CredentialRecord sample_credential() {
  CredentialRecord record;
  record.name = "web";
  record.persona = "personal";
  record.kind = "ssh";
  record.issuer = "https://auth.example";
  record.credential_id = "c2";
  record.share = "s1";
  record.rights = {{"logins", boost::json::array{"deploy"}}, {"hosts", boost::json::array{"web"}}};
  record.window = {from_unix_seconds(1795000000), from_unix_seconds(1795014400)};
  record.certificate = {from_unix_seconds(1794999880), from_unix_seconds(1795014400)};
  record.serial = "18446744073709551615";
  record.renew = true;
  record.depth = 1;
  record.hosts = {{"web", "10.0.0.5", 2222, {}, {}}};
  record.key_file = "id_ed25519";
  record.source = "0123456789abcdef0123";
  record.taken = from_unix_seconds(1795000001);
  return record;
}

//= spec:transfer#6-erased test
TEST(Records, NothingOfAnEarlierVersionOfAShareStaysOnTheDisk) {
  std::string root = (std::filesystem::temp_directory_path() / "records-XXXXXX").string();
  const Home home = Home::open(mkdtemp(root.data())).value();
  SenderRecord record;
  record.id = "0123456789abcdef";
  record.secret = transfer::make_share_secret();
  ASSERT_TRUE(save_sender_record(home, record));
  const auto link = file::Path(root) / "the old inode";
  std::filesystem::create_hard_link(home.sender_file(record.id), link);
  record.shown = true;
  ASSERT_TRUE(save_sender_record(home, record));
  const Bytes old = *file::read(link);
  EXPECT_EQ(old, Bytes(old.size(), 0));
  EXPECT_TRUE(load_sender_record(home, record.id).value()->shown);
  std::filesystem::remove_all(root);
}

TEST(Records, CredentialSurvivesItsFile) {
  const CredentialRecord record = sample_credential();
  const auto object = encode_credential_record(record);
  const auto read = parse_credential_record(object);
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_EQ(encode_credential_record(*read), object);
  EXPECT_EQ(read->hosts, record.hosts);
  EXPECT_EQ(read->serial, record.serial);
  EXPECT_FALSE(read->ssh_names) << "of a version that asked for none";
  CredentialRecord named = record;
  named.ssh_names = {{"web", "web", "deploy"}};
  EXPECT_EQ(parse_credential_record(encode_credential_record(named))->ssh_names, named.ssh_names);
  for (const char* alias : {"*", "a b", "", "a\nHost *"}) {
    named.ssh_names = {{alias, "web", "deploy"}};
    EXPECT_FALSE(parse_credential_record(encode_credential_record(named))) << alias;
  }
}

TEST(Records, NewerOnesAreRefusedByName) {
  auto credential = encode_credential_record(sample_credential());
  credential["version"] = 2;
  EXPECT_NE(parse_credential_record(credential).error().detail.find("newer version"),
            std::string::npos);
  auto settings = encode_settings({});
  settings["version"] = 2;
  EXPECT_NE(parse_settings(settings).error().detail.find("newer version"), std::string::npos);
  ReceiverRecord receiver;
  receiver.started = from_unix_seconds(1);
  auto object = encode_receiver_record(receiver);
  object["version"] = 2;
  EXPECT_NE(parse_receiver_record(object).error().detail.find("newer version"), std::string::npos);
}

TEST(Records, EveryMissingMemberOfACredentialIsNamed) {
  const auto whole = encode_credential_record(sample_credential());
  for (const char* name : {"version", "name", "issuer", "share", "rights", "window", "certificate",
                           "key_file", "source", "taken"}) {
    auto object = whole;
    object.erase(name);
    const auto read = parse_credential_record(object);
    ASSERT_FALSE(read.has_value()) << name;
    EXPECT_NE(read.error().detail.find(name), std::string::npos);
  }
}

TEST(Records, ReceiverSurvivesWithKeyAndSecret) {
  ReceiverRecord record;
  record.id = "0123456789abcdef0123";
  record.persona = "personal";
  record.label = "Ada's laptop";
  record.started = from_unix_seconds(1795000000);
  record.agreed = true;
  record.note = "hello";
  record.offer = boost::json::object{{"credential_issuer", "https://auth.example"}};
  record.key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  ReceiverMailbox mailbox;
  mailbox.link.base = "https://relay.example";
  mailbox.link.secret = transfer::make_share_secret();
  mailbox.device_claim = "1f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0";
  mailbox.read_request = "2f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0";
  mailbox.claimed = true;
  record.mailbox = std::move(mailbox);

  const auto object = encode_receiver_record(record);
  const auto read = parse_receiver_record(object);
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_EQ(encode_receiver_record(*read), object);
  EXPECT_TRUE(read->key->secret() == record.key->secret());
  EXPECT_TRUE(*read->mailbox->link.secret == *record.mailbox->link.secret);
}

TEST(Records, PlainV1SecretsSurviveToo) {
  ReceiverRecord record;
  record.started = from_unix_seconds(1);
  ReceiverMailbox mailbox;
  mailbox.link.secret = transfer::make_plain_secret();
  record.mailbox = std::move(mailbox);
  const auto read = parse_receiver_record(encode_receiver_record(record));
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_TRUE(*read->mailbox->link.secret == *record.mailbox->link.secret);
}

TEST(Records, SettingsSurviveTheirFile) {
  Settings settings;
  settings.personas = {"personal", "Ada's laptop"};
  settings.persona = "Ada's laptop";
  settings.relays = {{"https://relay.example", true}};
  settings.relay = "https://relay.example";
  settings.authorities = {{"https://auth.example", false}};
  settings.ssh_config = true;
  settings.ssh_include = false;
  EXPECT_EQ(*parse_settings(encode_settings(settings)), settings);
  EXPECT_EQ(*parse_settings(encode_settings({})), Settings());
  // A version before left the default port in place.
  settings.relays = {{"https://Relay.example:443", true}};
  settings.relay = "https://Relay.example:443";
  const auto read = parse_settings(encode_settings(settings));
  EXPECT_EQ(read->relays.front().base, "https://relay.example");
  EXPECT_EQ(read->relay, "https://relay.example");
}

TEST(Records, TransferIdsDependOnPersonaAndText) {
  EXPECT_EQ(transfer_id("a", "b"), transfer_id("a", "b"));
  EXPECT_EQ(transfer_id("a", "b").size(), 20U);
  EXPECT_NE(transfer_id("a", "b"), transfer_id("ab", ""));
  EXPECT_NE(transfer_id("a", "b"), transfer_id("b", "a"));
}

}  // namespace
}  // namespace keyferry::keystore
