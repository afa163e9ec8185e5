#include "keyferry/authority/ack.h"

#include <gtest/gtest.h>

#include "keyferry/authority/samples_test.h"

namespace keyferry::authority {
namespace {

using namespace std::chrono_literals;

const ListPosition kCurrent{2, 500};

struct Maker {
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  boost::json::object header{{"typ", "keyferry-ack+jwt"}};
  boost::json::object payload{{"aud", kIssuer},
                              {"list", "ssh.krl"},
                              {"epoch", 2},
                              {"number", 500},
                              {"iat", unix_seconds(kNow)}};

  Maker() { payload["verifier"] = crypto::jwk_thumbprint(key.public_key()); }
  std::string make() const { return crypto::sign_jws(header, payload, key); }

  // judge is "new", "again", or the reason of the refusal.
  std::string judge(const std::optional<AckedList>& last = std::nullopt) const {
    const auto ack = parse_ack(make());
    if (!ack) return "malformed";
    const auto checked = check_ack(*ack, key.public_key(), kIssuer, kCurrent, last, kNow);
    if (!checked) return std::string(reason_of(checked.error()));
    return *checked ? "new" : "again";
  }
};

//= spec:authority#6-acknowledged test
TEST(Ack, SaysWhichListItsVerifierHas) {
  const Maker maker;
  const auto ack = parse_ack(maker.make());
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->verifier, crypto::jwk_thumbprint(maker.key.public_key()));
  EXPECT_EQ(ack->list, "ssh.krl");
  EXPECT_EQ(ack->position, kCurrent);
  EXPECT_EQ(ack->issued, kNow);
  EXPECT_EQ(maker.judge(), "new");
}

TEST(Ack, EveryMemberIsNeeded) {
  for (const char* name : {"verifier", "aud", "list", "epoch", "number", "iat"}) {
    Maker maker;
    maker.payload.erase(name);
    EXPECT_EQ(maker.judge(), "malformed") << name;
  }
}

TEST(Ack, AnotherTypeIsNone) {
  for (const char* typ : {"keyferry-list+jwt", "dpop+jwt", "JWT", "KEYFERRY-ACK+JWT"}) {
    Maker maker;
    maker.header["typ"] = typ;
    EXPECT_EQ(maker.judge(), "malformed") << typ;
  }
}

TEST(Ack, OneThatIsTooLongIsNone) {
  Maker maker;
  maker.payload["list"] = std::string(kAckSize, 'a');
  EXPECT_EQ(maker.judge(), "malformed");
}

TEST(Ack, AnotherAuthoritysIsRefused) {
  Maker maker;
  maker.payload["aud"] = kIssuer + "/";
  EXPECT_EQ(maker.judge(), "audience");
}

TEST(Ack, EveryFlippedCharacterIsRefused) {
  const Maker maker;
  const std::string good = maker.make();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bent = good;
    bent[i] = bent[i] == 'A' ? 'B' : 'A';
    const auto ack = parse_ack(bent);
    if (!ack) continue;
    const auto checked =
        check_ack(*ack, maker.key.public_key(), kIssuer, kCurrent, std::nullopt, kNow);
    EXPECT_FALSE(checked && *checked) << i;
  }
}

TEST(Ack, AnotherKeysSignatureIsRefused) {
  Maker maker;
  maker.payload["verifier"] = "another";
  const auto ack = parse_ack(maker.make());
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  EXPECT_EQ(check_ack(*ack, other, kIssuer, kCurrent, std::nullopt, kNow).error().code,
            Errc::cannot_open);
}

TEST(Ack, ListsThatWereNeverIssuedAreRefused) {
  Maker maker;
  maker.payload["number"] = 501;
  EXPECT_EQ(maker.judge(), "never_issued");
  maker.payload["number"] = 1;
  maker.payload["epoch"] = 3;
  EXPECT_EQ(maker.judge(), "never_issued");
  maker.payload["number"] = 9'000;
  maker.payload["epoch"] = 1;
  EXPECT_EQ(maker.judge(), "new") << "an older epoch's numbers may be higher";
}

TEST(Ack, ItsTimeMayBeTwoMinutesOff) {
  Maker maker;
  const auto at = [&](Duration ahead) {
    maker.payload["iat"] = unix_seconds(kNow + ahead);
    return maker.judge();
  };
  EXPECT_EQ(at(120s), "new");
  EXPECT_EQ(at(-120s), "new");
  EXPECT_EQ(at(121s), "stale");
  EXPECT_EQ(at(-121s), "stale");
}

TEST(Ack, AnOldOneThatIsSentAgainIsRefused) {
  Maker maker;
  const auto after = [&](ListPosition position, Duration said) {
    return maker.judge(AckedList{position, kNow + said});
  };
  EXPECT_EQ(after(kCurrent, 0s), "again");
  EXPECT_EQ(after(kCurrent, 1s), "stale");
  EXPECT_EQ(after({2, 499}, 1s), "new") << "a newer list cannot have been said before";
  EXPECT_EQ(after({2, 499}, 0s), "new");
  EXPECT_EQ(after({2, 501}, -1s), "new") << "the verifier's memory was put back";
  EXPECT_EQ(after({2, 501}, 0s), "stale");
}

TEST(VerifierKey, IsTheOneForSignaturesOfASet) {
  const auto mine = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  auto sign = crypto::encode_jwk(mine);
  sign["use"] = "sig";
  auto encrypt = crypto::encode_jwk(other);
  encrypt["use"] = "enc";
  const auto read = [](boost::json::array keys) {
    return parse_verifier_key({{"keys", std::move(keys)}});
  };
  EXPECT_EQ(*read({encrypt, sign}), mine);
  EXPECT_EQ(*read({crypto::encode_jwk(mine)}), mine);
  EXPECT_FALSE(read({encrypt}));
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read({sign, crypto::encode_jwk(other)}));
  EXPECT_FALSE(read({"text"}));
  EXPECT_FALSE(parse_verifier_key(sign));
  const auto ed25519 = crypto::PrivateKey::generate(crypto::KeyType::ed25519).public_key();
  EXPECT_FALSE(read({crypto::encode_jwk(ed25519)}));
  auto leaked = sign;
  leaked["d"] = sign["x"];
  EXPECT_FALSE(read({leaked}));
}

}  // namespace
}  // namespace keyferry::authority
