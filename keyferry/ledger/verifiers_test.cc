#include "keyferry/ledger/verifiers.h"

#include <gtest/gtest.h>

#include "keyferry/ledger/samples_test.h"

namespace keyferry::ledger {
namespace {

Verifier verifier(std::string name, std::string thumbprint) {
  return {std::move(name), crypto::PrivateKey::generate(crypto::KeyType::p256).public_key(),
          std::move(thumbprint)};
}

struct VerifiersTest : testing::Test {
  Tester tester;
  Ledger& ledger = *tester.ledger;  // knows the host web

  VerifiersTest() {
    EXPECT_TRUE(add_host(ledger, {"db", "10.0.0.6", 22, {"ssh-ed25519 AAAA"}, {}}, true, kNow));
  }
  std::string add(const Verifier& one, bool replace = false) {
    const auto added = add_verifier(ledger, one, replace, kNow);
    return added ? "added" : std::string(reason_of(added.error()));
  }
  std::vector<std::string> thumbprints() {
    std::vector<std::string> out;
    for (const auto& one : *ledger.transact(all_verifiers)) out.push_back(one.thumbprint);
    return out;
  }
  std::vector<HeardVerifier> heard() { return *ledger.transact(all_heard); }
  std::uint64_t audit_rows() { return ledger.transact(audit_head)->number; }
};

HeardVerifier said(std::string thumbprint, std::int64_t number,
                   std::optional<Duration> after = Duration(100)) {
  return {std::move(thumbprint), "ssh.krl", {{1, number}, kNow}, kNow, after, kNow};
}

using Names = std::vector<std::string>;

TEST_F(VerifiersTest, AreKnownByNameAndKey) {
  const auto web = verifier("web", "a"), db = verifier("db", "b");
  EXPECT_EQ(add(web), "added");
  EXPECT_EQ(add(db), "added");
  const auto all = *ledger.transact(all_verifiers);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "db");
  EXPECT_EQ(all[0].key, db.key);
  EXPECT_EQ(all[1].thumbprint, "a");
}

TEST_F(VerifiersTest, HaveTheNameOfAHost) {
  EXPECT_EQ(add(verifier("cache", "a")), "not_found");
  EXPECT_TRUE(thumbprints().empty());
}

TEST_F(VerifiersTest, AreReplacedOnlyOnRequest) {
  EXPECT_EQ(add(verifier("web", "a")), "added");
  EXPECT_EQ(add(verifier("web", "b")), "exists");
  EXPECT_EQ(thumbprints(), Names{"a"});
  EXPECT_EQ(add(verifier("web", "b"), true), "added");
  EXPECT_EQ(thumbprints(), Names{"b"});
}

TEST_F(VerifiersTest, NeverShareAKey) {
  EXPECT_EQ(add(verifier("web", "a")), "added");
  EXPECT_EQ(add(verifier("db", "a")), "exists");
  EXPECT_EQ(add(verifier("db", "a"), true), "exists");
  EXPECT_EQ(thumbprints(), Names{"a"});
}

TEST_F(VerifiersTest, WhatTheOldKeySaidGoesWithIt) {
  EXPECT_EQ(add(verifier("web", "a")), "added");
  EXPECT_TRUE(store_heard(ledger, {said("a", 7)}));
  ASSERT_EQ(heard().size(), 1U);
  EXPECT_EQ(heard()[0].after, Duration(100));
  EXPECT_EQ(add(verifier("web", "a"), true), "added");
  EXPECT_EQ(heard().size(), 1U) << "the same key again changes nothing";
  EXPECT_EQ(add(verifier("web", "b"), true), "added");
  EXPECT_TRUE(heard().empty());
  EXPECT_TRUE(store_heard(ledger, {said("b", 8)}));
  EXPECT_TRUE(remove_verifier(ledger, "web", kNow));
  EXPECT_TRUE(heard().empty());
  EXPECT_EQ(remove_verifier(ledger, "web", kNow).error().code, Errc::not_found);
}

TEST_F(VerifiersTest, EachHasOneRowWhateverItSays) {
  EXPECT_EQ(add(verifier("web", "a")), "added");
  const auto rows = audit_rows();
  for (int number = 1; number <= 100; ++number)
    EXPECT_TRUE(store_heard(ledger, {said("a", number)}));
  EXPECT_TRUE(store_heard(ledger, {said("nobody", 1), said("a", 200, std::nullopt)}));
  ASSERT_EQ(heard().size(), 1U);
  EXPECT_EQ(heard()[0].said.position, (authority::ListPosition{1, 200}));
  EXPECT_EQ(heard()[0].said.issued, kNow);
  EXPECT_EQ(heard()[0].after, std::nullopt);
  EXPECT_EQ(heard()[0].heard, kNow);
  EXPECT_EQ(audit_rows(), rows);
}

}  // namespace
}  // namespace keyferry::ledger
