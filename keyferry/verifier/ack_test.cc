#include "keyferry/verifier/ack.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "keyferry/authority/ack.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/verifier/test_folder_test.h"

namespace keyferry::verifier {
namespace {

const Time kNow = from_unix_seconds(1'795'000'000);

struct AckTest : testing::Test {
  TestFolder folder;
  file::Path state = folder.path() / "state";
};

TEST_F(AckTest, InitMakesAClosedKeyAndPrintsThePublicOne) {
  const auto printed = init_keys(state);
  ASSERT_TRUE(printed);
  struct stat info{};
  ASSERT_EQ(::stat((state / "signing.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  const auto key = load_signing_key(state);
  ASSERT_TRUE(key && *key);
  EXPECT_EQ((*key)->type(), crypto::KeyType::p256);
  const auto set = codec::parse_json_object(*printed);
  ASSERT_TRUE(set);
  EXPECT_EQ(*authority::parse_verifier_key(*set), (*key)->public_key());
  const auto& jwk = set->at("keys").get_array().at(0).get_object();
  EXPECT_EQ(*codec::text_member(jwk, "use"), "sig");
  EXPECT_EQ(*codec::text_member(jwk, "kid"), crypto::jwk_thumbprint((*key)->public_key()));
  EXPECT_FALSE(jwk.contains("d"));
}

TEST_F(AckTest, InitAgainChangesNothing) {
  const auto first = *init_keys(state);
  EXPECT_EQ(*init_keys(state), first);
}

TEST_F(AckTest, WithoutInitThereIsNoKey) {
  const auto key = load_signing_key(state);
  ASSERT_TRUE(key);
  EXPECT_FALSE(*key);
}

TEST_F(AckTest, AnOpenOrDamagedKeyIsRefusedAndNeverReplaced) {
  ASSERT_TRUE(init_keys(state));
  const auto path = state / "signing.key";
  ::chmod(path.c_str(), 0644);
  EXPECT_EQ(load_signing_key(state).error().code, Errc::forbidden);
  EXPECT_FALSE(init_keys(state));
  ASSERT_TRUE(file::replace(path, bytes_of("no key"), 0600));
  EXPECT_EQ(load_signing_key(state).error().code, Errc::invalid);
  EXPECT_FALSE(init_keys(state));
  EXPECT_EQ(*file::read_text(path), "no key");
}

// The authority's rule is the other half of the format.
TEST_F(AckTest, TheAuthorityTakesIt) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  const auto compact = make_ack(key, "https://auth.example", "ssh.krl", {2, 500}, kNow);
  const auto ack = authority::parse_ack(compact);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->verifier, crypto::jwk_thumbprint(key.public_key()));
  EXPECT_EQ(ack->list, "ssh.krl");
  const auto checked = authority::check_ack(*ack, key.public_key(), "https://auth.example",
                                            {2, 500}, std::nullopt, kNow);
  EXPECT_TRUE(checked && *checked);
}

}  // namespace
}  // namespace keyferry::verifier
