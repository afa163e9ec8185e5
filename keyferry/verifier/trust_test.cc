#include "keyferry/verifier/trust.h"

#include <gtest/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/verifier/verifier_test.h"

namespace keyferry::verifier {
namespace {

boost::json::object whole() {
  return {{"authority", "https://auth.example"},
          {"list_keys",
           {crypto::encode_jwk(test_key(1).public_key()),
            crypto::encode_jwk(test_key(2).public_key())}},
          {"ssh_ca_keys", {credential::authorized_line(test_key(9).public_key(), "ca")}},
          {"lists", {"ssh.krl"}},
          {"later", true}};
}

TEST(Trust, ReadsWhatTheAuthorityExports) {
  auto trust = parse_trust(codec::encode_json(whole()));
  ASSERT_TRUE(trust) << trust.error().detail;
  EXPECT_EQ(trust->authority, "https://auth.example");
  ASSERT_EQ(trust->list_keys.size(), 2U);
  EXPECT_EQ(trust->list_keys[1], test_key(2).public_key());
  ASSERT_EQ(trust->ssh_ca_keys.size(), 1U);
  EXPECT_EQ(trust->ssh_ca_keys[0], test_key(9).public_key());
  EXPECT_EQ(trust->lists, std::vector<std::string>{"ssh.krl"});
}

TEST(Trust, RefusesWhatIsMissingOrMisshapen) {
  for (const char* name : {"authority", "list_keys", "ssh_ca_keys", "lists"}) {
    auto object = whole();
    object.erase(name);
    EXPECT_EQ(parse_trust(codec::encode_json(object)).error().code, Errc::invalid) << name;
    object[name] = 7;
    EXPECT_EQ(parse_trust(codec::encode_json(object)).error().code, Errc::invalid) << name;
  }
  for (const char* name : {"list_keys", "lists"}) {
    auto object = whole();
    object[name] = boost::json::array();
    EXPECT_EQ(parse_trust(codec::encode_json(object)).error().code, Errc::invalid) << name;
  }
  EXPECT_FALSE(parse_trust(""));
  EXPECT_FALSE(parse_trust("[]"));
}

TEST(Trust, RefusesKeysThatCannotSignLists) {
  auto object = whole();
  object["list_keys"] = {crypto::encode_jwk(test_key(3, crypto::KeyType::p256).public_key())};
  EXPECT_FALSE(parse_trust(codec::encode_json(object)));
  object["list_keys"] = boost::json::array{"ssh-ed25519 AAAA"};
  EXPECT_FALSE(parse_trust(codec::encode_json(object)));
  auto other = whole();
  other["ssh_ca_keys"] = boost::json::array{"ssh-ed25519 AAAA"};
  EXPECT_FALSE(parse_trust(codec::encode_json(other)));
}

}  // namespace
}  // namespace keyferry::verifier
