#include "keyferry/verifier/statement.h"

#include <gtest/gtest.h>

#include "keyferry/verifier/verifier_test.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

Error refusal(const std::string& jws, const Trust& trust = test_trust()) {
  auto said = verify_statement(jws, trust, "ssh.krl");
  EXPECT_FALSE(said);
  return said ? Error{} : said.error();
}

//= spec:authority#6-signed test
TEST(Statement, ASignedOneIsRead) {
  const Bytes list = test_list(7);
  auto said = verify_statement(test_jws(test_payload(2, 77, list)), test_trust(), "ssh.krl");
  ASSERT_TRUE(said) << said.error().detail;
  EXPECT_EQ(said->position, (Position{2, 77}));
  EXPECT_EQ(said->sha256, digest::sha256(list));
  EXPECT_EQ(said->issued, kNow - 60s);
  EXPECT_EQ(said->next_update, kNow + 24h);
}

TEST(Statement, AnyChangedOctetIsRefused) {
  const std::string jws = test_jws(test_payload(2, 77, test_list(7)));
  for (std::size_t i = 0; i < jws.size(); ++i) {
    std::string changed = jws;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    EXPECT_FALSE(verify_statement(changed, test_trust(), "ssh.krl")) << i;
  }
  for (std::size_t size = 0; size < jws.size(); size += 7)
    EXPECT_FALSE(verify_statement(jws.substr(0, size), test_trust(), "ssh.krl")) << size;
}

TEST(Statement, AForeignKeyIsRefused) {
  const auto payload = test_payload(1, 1, test_list(7));
  EXPECT_EQ(refusal(test_jws(payload, test_key(2))).reason, "unknown_key");
  // A foreign key under the name of ours.
  const std::string kid = crypto::jwk_thumbprint(test_key(1).public_key());
  const std::string posed =
      crypto::sign_jws({{"typ", "keyferry-list+jwt"}, {"kid", kid}}, payload, test_key(2));
  EXPECT_EQ(refusal(posed).reason, "wrong_signature");
  EXPECT_EQ(refusal(posed).code, Errc::cannot_open);
}

TEST(Statement, RotatedKeysAreBothBelievedAndAKidIsNotNeeded) {
  Trust trust = test_trust();
  trust.list_keys.push_back(test_key(2).public_key());
  const auto payload = test_payload(1, 1, test_list(7));
  EXPECT_TRUE(verify_statement(test_jws(payload, test_key(1)), trust, "ssh.krl"));
  EXPECT_TRUE(verify_statement(test_jws(payload, test_key(2)), trust, "ssh.krl"));
  const auto bare = crypto::sign_jws({{"typ", "keyferry-list+jwt"}}, payload, test_key(2));
  EXPECT_TRUE(verify_statement(bare, trust, "ssh.krl"));
  EXPECT_EQ(refusal(bare).reason, "unknown_key");
}

TEST(Statement, AnotherTypeOrNameIsRefused) {
  auto payload = test_payload(1, 1, test_list(7));
  EXPECT_EQ(refusal(test_jws(payload, test_key(1), "dpop+jwt")).code, Errc::invalid);
  payload["name"] = "x509.crl";
  EXPECT_EQ(refusal(test_jws(payload)).reason, "wrong_name");
}

TEST(Statement, EveryMemberIsChecked) {
  const auto payload = test_payload(1, 1, test_list(7));
  for (const char* name : {"name", "epoch", "number", "issued", "next_update", "sha256"}) {
    auto missing = payload;
    missing.erase(name);
    EXPECT_EQ(refusal(test_jws(missing)).code, Errc::invalid) << name;
    auto wrong = payload;
    wrong[name] = true;
    EXPECT_EQ(refusal(test_jws(wrong)).code, Errc::invalid) << name;
  }
  auto zero = payload;
  zero["epoch"] = 0;
  EXPECT_EQ(refusal(test_jws(zero)).code, Errc::invalid);
  auto backwards = payload;
  backwards["next_update"] = payload.at("issued");
  EXPECT_EQ(refusal(test_jws(backwards)).code, Errc::invalid);
}

//= spec:authority#6-rising test
TEST(Statement, OnlyARisingPositionIsFetched) {
  const Bytes list = test_list(7);
  const Statement have = test_statement(2, 50, list);
  const auto decide = [&](std::uint64_t epoch, std::uint64_t number) {
    return decide_statement(test_statement(epoch, number, list), have, kNow);
  };
  EXPECT_EQ(*decide(2, 51), Step::fetch);
  EXPECT_EQ(*decide(3, 1), Step::fetch) << "a new epoch begins after a restore";
  EXPECT_EQ(*decide(2, 50), Step::keep);
  EXPECT_EQ(decide(2, 49).error().reason, "roll_back");
  EXPECT_EQ(decide(1, 99).error().reason, "roll_back");
  const Statement first{"ssh.krl", {}, {}, {}, {}};
  EXPECT_EQ(*decide_statement(test_statement(1, 1, list), first, kNow), Step::fetch);
}

TEST(Statement, TwoListsUnderOneNumberAreRefused) {
  const Statement have = test_statement(2, 50, test_list(7));
  EXPECT_EQ(decide_statement(test_statement(2, 50, test_list(8)), have, kNow).error().reason,
            "two_lists");
}

TEST(Statement, ANewListPastItsNextUpdateIsRefusedAndTheClockNamed) {
  const Statement have = test_statement(2, 50, test_list(7));
  const Statement said = test_statement(2, 51, test_list(8));
  EXPECT_TRUE(decide_statement(said, have, said.next_update - 1ms));
  auto expired = decide_statement(said, have, said.next_update);
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().reason, "expired");
  EXPECT_NE(expired.error().detail.find("clock says 2026-11-26T12:00:00Z"), std::string::npos)
      << expired.error().detail;
  EXPECT_EQ(*decide_statement(have, have, have.next_update + 1h), Step::keep)
      << "the list in force does not become a new one by ageing";
}

TEST(Statement, TheListMustBeTheOneThatWasSigned) {
  const Bytes list = test_list(7);
  const Statement said = test_statement(1, 1, list);
  EXPECT_TRUE(check_list(list, said));
  for (std::size_t size = 0; size < list.size(); ++size)
    EXPECT_FALSE(check_list(ByteView(list).first(size), said)) << size;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Bytes changed = list;
    changed[i] ^= 1;
    EXPECT_EQ(check_list(changed, said).error().reason, "wrong_hash");
  }
}

TEST(Statement, UnchangedCountsUntilNextUpdateAndSomeSkew) {
  const Statement have = test_statement(1, 1, test_list(7));
  EXPECT_TRUE(is_current(have, have.next_update + 120s));
  EXPECT_FALSE(is_current(have, have.next_update + 120s + 1ms));
}

}  // namespace
}  // namespace keyferry::verifier
