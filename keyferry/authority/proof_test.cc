#include "keyferry/authority/proof.h"

#include <gtest/gtest.h>

#include "keyferry/authority/assertion.h"
#include "keyferry/authority/samples_test.h"

namespace keyferry::authority {
namespace {

const ServerKeys kKeys = server_keys();

struct Maker {
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  boost::json::object header{{"typ", "openid4vci-proof+jwt"}};
  boost::json::object payload{{"aud", kIssuer},
                              {"iat", unix_seconds(kNow)},
                              {"nonce", make_nonce(kKeys, kCredentialNonce, kNow)}};

  Maker() { header["jwk"] = crypto::encode_jwk(key.public_key()); }
  Verdict<KeyProof> check() const {
    return check_key_proof(kKeys, crypto::sign_jws(header, payload, key), kIssuer, kNow);
  }
  std::string error() const {
    const auto verdict = check();
    return refused(verdict) ? refused(verdict)->error : "good";
  }
};

//= spec:authority#2-proof test
TEST(KeyProof, GoodProofTellsTheKey) {
  const Maker maker;
  const auto verdict = maker.check();
  ASSERT_EQ(refused(verdict), nullptr);
  EXPECT_EQ(std::get<KeyProof>(verdict).key, maker.key.public_key());
  EXPECT_FALSE(std::get<KeyProof>(verdict).label);
}

TEST(KeyProof, OtherTokensNeverStandInForIt) {
  for (const char* typ : {"dpop+jwt", "keyferry-holder+jwt", "JWT"}) {
    Maker maker;
    maker.header["typ"] = typ;
    EXPECT_EQ(maker.error(), "invalid_proof") << typ;
  }
}

TEST(KeyProof, WrongKeyInTheHeaderIsRefused) {
  Maker maker;
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::p256);
  maker.header["jwk"] = crypto::encode_jwk(other.public_key());
  EXPECT_EQ(maker.error(), "invalid_proof");
}

TEST(KeyProof, AudienceNonceAndTimeMustFit) {
  Maker maker;
  maker.payload["aud"] = kIssuer + "/";
  EXPECT_EQ(maker.error(), "invalid_proof");
  maker = Maker();
  maker.payload["aud"] = boost::json::array{kIssuer};
  EXPECT_EQ(maker.error(), "invalid_proof");
  maker = Maker();
  maker.payload["iat"] = unix_seconds(kNow) - 121;
  EXPECT_EQ(maker.error(), "invalid_proof");
  maker.payload["iat"] = unix_seconds(kNow) + 121;
  EXPECT_EQ(maker.error(), "invalid_proof");
  maker = Maker();
  maker.payload["nonce"] = make_nonce(kKeys, kDpopNonce, kNow);
  EXPECT_EQ(maker.error(), "invalid_nonce");
  maker.payload.erase("nonce");
  EXPECT_EQ(maker.error(), "invalid_nonce");
}

//= spec:authority#2-label test
TEST(KeyProof, LabelIsMadeSafeAndCut) {
  Maker maker;
  maker.payload["keyferry"] = {{"label", "  Ada's\u202e \x07 laptop\u200b  "}};
  EXPECT_EQ(std::get<KeyProof>(maker.check()).label, "Ada's laptop");
  maker.payload["keyferry"] = {{"label", std::string(500, 'x')}};
  EXPECT_EQ(std::get<KeyProof>(maker.check()).label, std::string(64, 'x'));
  maker.payload["keyferry"] = {{"label", "\u200b"}};
  EXPECT_FALSE(std::get<KeyProof>(maker.check()).label);
  maker.payload["keyferry"] = 7;
  EXPECT_EQ(maker.error(), "good");
}

TEST(KeyProof, ExactlyOneJwtIsTaken) {
  const auto error = [](const boost::json::object& body) {
    const auto verdict = parse_proofs(body);
    return refused(verdict) ? refused(verdict)->error : std::get<std::string>(verdict);
  };
  using boost::json::array;
  using boost::json::object;
  EXPECT_EQ(error({{"proofs", object{{"jwt", array{"a"}}}}}), "a");
  EXPECT_EQ(error({{"proofs", object{{"jwt", array{"a", "b"}}}}}), "invalid_proof");
  EXPECT_EQ(error({{"proofs", object{{"jwt", array()}}}}), "invalid_proof");
  EXPECT_EQ(error({{"proofs", object{{"jwt", array{"a"}}, {"di_vp", array{"b"}}}}}),
            "invalid_proof");
  EXPECT_EQ(error({{"proof", object{{"jwt", "a"}}}}), "invalid_proof");
}

struct AssertionMaker {
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  CredentialId id = CredentialId::make(Bytes(kIdRandomSize, 5));
  boost::json::object header{{"typ", "keyferry-holder+jwt"}};
  boost::json::object payload{{"iss", id.text()},
                              {"sub", id.text()},
                              {"aud", kIssuer},
                              {"iat", unix_seconds(kNow)},
                              {"exp", unix_seconds(kNow) + 60},
                              {"jti", "one"},
                              {"nonce", make_nonce(kKeys, kDpopNonce, kNow)}};

  std::string error(const crypto::PublicKey& holder) const {
    auto parsed = parse_assertion(crypto::sign_jws(header, payload, key));
    if (const Refusal* no = refused(parsed)) return no->error;
    const auto checked =
        check_assertion(kKeys, std::get<HolderAssertion>(parsed), holder, kIssuer, kNow);
    return refused(checked) ? refused(checked)->error : "good";
  }
  std::string error() const { return error(key.public_key()); }
};

//= spec:authority#2-holder test
TEST(Assertion, GoodOneIsTaken) {
  EXPECT_EQ(AssertionMaker().error(), "good");
}

TEST(Assertion, ForeignKeyIsRefused) {
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  EXPECT_EQ(AssertionMaker().error(other.public_key()), "invalid_grant");
}

TEST(Assertion, EveryMemberIsChecked) {
  using Pair = boost::json::object::value_type;
  const std::vector<Pair> bent{Pair("iss", "aaaaaaaaaaaaaaaaaaaa"),
                               Pair("iss", "not an id"),
                               Pair("aud", kIssuer + "/"),
                               Pair("aud", boost::json::array{kIssuer}),
                               Pair("iat", unix_seconds(kNow) - 121),
                               Pair("iat", unix_seconds(kNow) + 121),
                               Pair("exp", unix_seconds(kNow) + 61),
                               Pair("exp", unix_seconds(kNow) - 200),
                               Pair("jti", "")};
  for (const Pair& member : bent) {
    AssertionMaker maker;
    maker.payload[member.key()] = member.value();
    EXPECT_EQ(maker.error(), "invalid_grant") << member.key();
  }
  for (const char* name : {"iss", "sub", "aud", "iat", "exp", "jti"}) {
    AssertionMaker maker;
    maker.payload.erase(name);
    EXPECT_EQ(maker.error(), "invalid_grant") << name;
  }
  AssertionMaker maker;
  maker.payload["nonce"] = make_nonce(kKeys, kCredentialNonce, kNow);
  EXPECT_EQ(maker.error(), "use_dpop_nonce");
}

TEST(Assertion, OtherTokensNeverStandInForIt) {
  for (const char* typ : {"dpop+jwt", "openid4vci-proof+jwt", "JWT"}) {
    AssertionMaker maker;
    maker.header["typ"] = typ;
    EXPECT_EQ(maker.error(), "invalid_grant") << typ;
  }
}

}  // namespace
}  // namespace keyferry::authority
