#include "keyferry/client/proofs.h"

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/digest/hash.h"

namespace keyferry::client {
namespace {

const Time kNow = from_unix_seconds(1795000000);

TEST(Proofs, DpopNamesRequestAndToken) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const std::string proof =
      make_dpop(key, {"POST", "https://auth.example/token", "n1", "tok", "id1"}, kNow);
  const auto jws = crypto::parse_jws(proof, "dpop+jwt");
  ASSERT_TRUE(jws.has_value());
  EXPECT_TRUE(crypto::verify_jws(*jws, key.public_key()).has_value());
  EXPECT_EQ(jws->header.at("jwk").as_object(), crypto::encode_jwk(key.public_key()));
  EXPECT_EQ(jws->payload,
            (boost::json::object{{"jti", "id1"},
                                 {"htm", "POST"},
                                 {"htu", "https://auth.example/token"},
                                 {"iat", 1795000000},
                                 {"nonce", "n1"},
                                 {"ath", encode_base64url(digest::sha256(bytes_of("tok")))}}));
}

TEST(Proofs, FirstDpopHasNeitherNonceNorToken) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  const auto jws =
      crypto::parse_jws(make_dpop(key, {"GET", "https://a", "", "", "j"}, kNow), "dpop+jwt");
  ASSERT_TRUE(jws.has_value());
  EXPECT_FALSE(jws->payload.contains("nonce"));
  EXPECT_FALSE(jws->payload.contains("ath"));
}

TEST(Proofs, KeyProofCarriesTheLabelOnlyWhenThereIsOne) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const auto with =
      crypto::parse_jws(make_key_proof(key, "https://auth.example", "c", "Ada's laptop", kNow),
                        "openid4vci-proof+jwt");
  EXPECT_EQ(with->payload.at("keyferry").at("label").as_string(), "Ada's laptop");
  EXPECT_EQ(with->payload.at("aud").as_string(), "https://auth.example");
  const auto without =
      crypto::parse_jws(make_key_proof(key, "https://a", "c", "", kNow), "openid4vci-proof+jwt");
  EXPECT_FALSE(without->payload.contains("keyferry"));
}

TEST(Proofs, TypesKeepThemApart) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const std::string assertion =
      make_holder_assertion(key, "cred", "https://auth.example", "n", "j", kNow);
  EXPECT_FALSE(crypto::parse_jws(assertion, "dpop+jwt"));
  EXPECT_FALSE(crypto::parse_jws(assertion, "openid4vci-proof+jwt"));
  const auto jws = crypto::parse_jws(assertion, "keyferry-holder+jwt");
  ASSERT_TRUE(jws.has_value());
  EXPECT_EQ(jws->payload.at("iss"), jws->payload.at("sub"));
  EXPECT_EQ(jws->payload.at("exp").to_number<int>() - jws->payload.at("iat").to_number<int>(), 60);
}

// No proof holds anything of the private key.
//= spec:tigress#CHT-01 test
TEST(Proofs, NeverHoldThePrivateKey) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const std::string secret = encode_base64url(key.secret().expose());
  for (const std::string& proof : {make_dpop(key, {"GET", "https://a", "n", "t", "j"}, kNow),
                                   make_key_proof(key, "https://a", "c", "l", kNow),
                                   make_holder_assertion(key, "c", "https://a", "n", "j", kNow)}) {
    EXPECT_EQ(proof.find(secret), std::string::npos);
    const auto payload = parse_base64url(proof.substr(0, proof.find('.')));
    EXPECT_EQ(text_of(*payload).find(secret), std::string::npos);
  }
}

}  // namespace
}  // namespace keyferry::client
