#include "keyferry/authority/dpop.h"

#include <gtest/gtest.h>

#include "keyferry/authority/samples_test.h"
#include "keyferry/base/base64.h"

namespace keyferry::authority {
namespace {

const ServerKeys kKeys = server_keys();
const DpopCall kCall{"POST", kIssuer + "/token", std::nullopt};

struct Maker {
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  boost::json::object header{{"typ", "dpop+jwt"}};
  boost::json::object payload{{"htm", "POST"},
                              {"htu", kIssuer + "/token"},
                              {"iat", unix_seconds(kNow)},
                              {"jti", "one"},
                              {"nonce", make_nonce(kKeys, kDpopNonce, kNow)}};

  Maker() { header["jwk"] = crypto::encode_jwk(key.public_key()); }
  std::string make() const { return crypto::sign_jws(header, payload, key); }
};

std::string error_of(const std::string& proof, const DpopCall& call = kCall, Time now = kNow) {
  const auto verdict = check_dpop(kKeys, proof, call, now);
  if (const Refusal* no = refused(verdict)) return no->error + ": " + no->description;
  const auto& good = std::get<DpopProof>(verdict);
  return good.stale ? good.stale->error + ": " + good.stale->description : "good";
}

//= spec:authority#3-dpop test
TEST(Dpop, GoodProofTellsKeyAndJti) {
  const Maker maker;
  const auto verdict = check_dpop(kKeys, maker.make(), kCall, kNow);
  ASSERT_EQ(refused(verdict), nullptr);
  const auto& proof = std::get<DpopProof>(verdict);
  EXPECT_EQ(proof.thumbprint, crypto::jwk_thumbprint(maker.key.public_key()));
  EXPECT_EQ(proof.jti, digest::sha256({bytes_of(proof.thumbprint), bytes_of("one")}));
  EXPECT_EQ(proof.forget, kNow + kJtiMemory);
  EXPECT_FALSE(proof.stale);
}

TEST(Dpop, P256ProofIsGood) {
  Maker maker;
  maker.key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  maker.header["jwk"] = crypto::encode_jwk(maker.key.public_key());
  EXPECT_EQ(error_of(maker.make()), "good");
}

TEST(Dpop, EveryFlippedCharacterIsRefused) {
  const std::string proof = Maker().make();
  for (std::size_t i = 0; i < proof.size(); ++i) {
    std::string bent = proof;
    bent[i] = bent[i] == 'A' ? 'B' : 'A';
    if (bent == proof) continue;
    EXPECT_NE(error_of(bent), "good") << i;
  }
  for (std::size_t size = 0; size < proof.size(); ++size) {
    EXPECT_NE(error_of(proof.substr(0, size)), "good") << size;
  }
}

TEST(Dpop, AnotherKindOfTokenIsRefusedFirst) {
  for (const char* typ : {"openid4vci-proof+jwt", "keyferry-holder+jwt", "JWT", "DPOP+JWT", ""}) {
    Maker maker;
    maker.header["typ"] = typ;
    EXPECT_TRUE(error_of(maker.make()).starts_with("invalid_dpop_proof")) << typ;
  }
}

TEST(Dpop, MethodAndAddressMustFit) {
  for (const auto& [name, value] : {std::pair{"htm", "GET"}, std::pair{"htm", "post"},
                                    std::pair{"htu", "https://auth.example/credential"},
                                    std::pair{"htu", "https://auth.example/token?"},
                                    std::pair{"htu", "https://other.example/token"}}) {
    Maker maker;
    maker.payload[name] = value;
    EXPECT_TRUE(error_of(maker.make()).starts_with("invalid_dpop_proof")) << name << value;
  }
}

TEST(Dpop, MissingMembersAreRefused) {
  for (const char* name : {"htm", "htu", "iat", "jti"}) {
    Maker maker;
    maker.payload.erase(name);
    EXPECT_TRUE(error_of(maker.make()).starts_with("invalid_dpop_proof")) << name;
  }
  Maker maker;
  maker.payload["jti"] = "";
  EXPECT_TRUE(error_of(maker.make()).starts_with("invalid_dpop_proof"));
  maker = Maker();
  maker.header.erase("jwk");
  EXPECT_TRUE(error_of(maker.make()).starts_with("invalid_dpop_proof"));
}

TEST(Dpop, PrivateKeyInTheHeaderIsRefused) {
  Maker maker;
  auto jwk = crypto::encode_jwk(maker.key.public_key());
  jwk["d"] = encode_base64url(maker.key.secret().expose());
  maker.header["jwk"] = jwk;
  EXPECT_TRUE(error_of(maker.make()).starts_with("invalid_dpop_proof"));
}

TEST(Dpop, AccessTokenMustBeHashed) {
  DpopCall call = kCall;
  call.access_token = "token";
  Maker maker;
  EXPECT_TRUE(error_of(maker.make(), call).starts_with("invalid_dpop_proof"));
  maker.payload["ath"] = encode_base64url(digest::sha256(bytes_of("another")));
  EXPECT_TRUE(error_of(maker.make(), call).starts_with("invalid_dpop_proof"));
  maker.payload["ath"] = encode_base64url(digest::sha256(bytes_of("token")));
  EXPECT_EQ(error_of(maker.make(), call), "good");
}

TEST(Dpop, NonceMustBeOursAndForThis) {
  Maker maker;
  maker.payload.erase("nonce");
  EXPECT_TRUE(error_of(maker.make()).starts_with("use_dpop_nonce"));
  maker.payload["nonce"] = make_nonce(kKeys, kCredentialNonce, kNow);
  EXPECT_TRUE(error_of(maker.make()).starts_with("use_dpop_nonce"));
  maker.payload["nonce"] = make_nonce(server_keys(9), kDpopNonce, kNow);
  EXPECT_TRUE(error_of(maker.make()).starts_with("use_dpop_nonce"));
  maker.payload["nonce"] = make_nonce(kKeys, kDpopNonce, kNow - kNonceLife);
  EXPECT_TRUE(error_of(maker.make()).starts_with("use_dpop_nonce"));
}

TEST(Dpop, ClockMayBeTwoMinutesOffAndTheErrorNamesIt) {
  for (std::int64_t seconds : {-120, 0, 120}) {
    Maker maker;
    maker.payload["iat"] = unix_seconds(kNow) + seconds;
    EXPECT_EQ(error_of(maker.make()), "good") << seconds;
  }
  Maker maker;
  maker.payload["iat"] = unix_seconds(kNow) - 121;
  EXPECT_EQ(error_of(maker.make()),
            "invalid_dpop_proof: DPoP proof: iat is 121 s behind the authority's clock; set your "
            "clock");
  maker.payload["iat"] = unix_seconds(kNow) + 3600;
  EXPECT_EQ(
      error_of(maker.make()),
      "invalid_dpop_proof: DPoP proof: iat is 3600 s ahead of the authority's clock; set your "
      "clock");
}

//= spec:authority#3-nonces test
TEST(Nonce, LivesFiveMinutesUnderEitherKey) {
  ServerKeys keys = server_keys(1);
  const std::string nonce = make_nonce(keys, kDpopNonce, kNow);
  EXPECT_TRUE(nonce_is_current(keys, kDpopNonce, nonce, kNow));
  EXPECT_TRUE(nonce_is_current(keys, kDpopNonce, nonce, kNow + kNonceLife - Duration(1)));
  EXPECT_FALSE(nonce_is_current(keys, kDpopNonce, nonce, kNow + kNonceLife));
  EXPECT_FALSE(nonce_is_current(keys, kCredentialNonce, nonce, kNow));
  keys.nonce.insert(keys.nonce.begin(), SecretBytes(Bytes(kServerKeySize, 77)));
  EXPECT_TRUE(nonce_is_current(keys, kDpopNonce, nonce, kNow));
  EXPECT_NE(make_nonce(keys, kDpopNonce, kNow), nonce);
  keys.nonce.pop_back();
  EXPECT_FALSE(nonce_is_current(keys, kDpopNonce, nonce, kNow));
  for (const char* bad : {"", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_FALSE(nonce_is_current(keys, kDpopNonce, bad, kNow)) << bad;
  }
}

}  // namespace
}  // namespace keyferry::authority
