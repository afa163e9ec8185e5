// What each operation leaves in the audit log, and what a revoke answers.
#include <gtest/gtest.h>

#include "keyferry/ledger/housekeeping.h"
#include "keyferry/ledger/samples_test.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;
using authority::State;
using Rows = std::vector<std::string>;
using std::chrono::hours;

struct Trail : testing::Test {
  Tester tester;

  // rows are the events of `share`, with their details.
  Rows rows(const ShareId& share) {
    return *tester.ledger->transact([&](sql::Database& db) -> Result<Rows> {
      KF_TRY(auto query, db.prepare("SELECT event || ' ' || detail FROM audit WHERE share = ?1 "
                                    "AND event != 'created' ORDER BY number"));
      query.bind(1, std::string_view(share.text()));
      Rows out;
      while (true) {
        KF_TRY(bool row, query.step());
        if (!row) return out;
        out.push_back(query.text(0));
      }
    });
  }
  Result<Revoked> revoke_all_below(const ShareId& id, Time now = kNow) {
    return tester.ledger->transact([&](sql::Database& db) { return revoke_below(db, id, now); });
  }
  Result<ShareRecord> refuse(const Caller& caller, const ShareId& id) {
    return tester.ledger->transact(
        [&](sql::Database& db) { return refuse_share(db, caller, id, kNow); });
  }
};

//= spec:authority#1-audit test
TEST_F(Trail, TriesWithAPinAndTheLock) {
  const auto offered = *tester.offer(std::nullopt, {{"pin", "123456"}});
  const auto& id = offered.record.share.id;
  for (int i = 0; i < 5; ++i) EXPECT_NE(word(tester.exchange(offered.code, "000000")), "granted");
  EXPECT_EQ(word(tester.exchange(offered.code, "000000")), "locked");
  ASSERT_TRUE(tester.ledger->transact([&](sql::Database& db) {
    return rearm_share(db, tester.keys, std::nullopt, id, "654321", kNow);
  }));
  EXPECT_EQ(rows(id), (Rows{R"(pin_wrong {"tries_left":4})", R"(pin_wrong {"tries_left":3})",
                            R"(pin_wrong {"tries_left":2})", R"(pin_wrong {"tries_left":1})",
                            "locked {}", R"(rearmed {"code":2})"}));
}

//= spec:authority#1-audit test
TEST_F(Trail, ATakeSaysWhichCodeKeyAndCertificate) {
  const auto offered = *tester.offer(std::nullopt);
  const auto token = tester.exchange(offered.code, std::nullopt, std::nullopt);
  const auto issued =
      std::get<Issued>(*tester.issue(std::get<TokenAnswer>(*token).token, std::nullopt));
  const auto written = rows(offered.record.share.id);
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[0], R"(claimed {"code":1,"dpop":false})");
  EXPECT_TRUE(written[1].starts_with(R"(redeemed {"credential":")" + issued.credential.id.text() +
                                     R"(","serial":")" + std::to_string(issued.certificate.serial) +
                                     R"(","key":")"));
}

TEST_F(Trail, ARefusedShareIsRefusedOnceAndLeavesNothingToTake) {
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto id = tester.offer(root, {{"mode", "confirmed"}})->record.share.id;
  EXPECT_EQ(refuse(root, id)->share.state, State::refused);
  EXPECT_EQ(refuse(root, id)->share.state, State::refused);
  EXPECT_EQ(tester.state(id), State::refused);
  EXPECT_EQ(rows(id), Rows{"refused {}"});
  EXPECT_FALSE(tester.grant(root, id, "key"));
}

TEST_F(Trail, WhatRanOutIsARowEach) {
  const auto redeemed = tester.redeem(*tester.offer(std::nullopt));
  const auto open = tester.offer(std::nullopt)->record.share.id;
  ASSERT_TRUE(keep_house(*tester.ledger, kNow + hours(10)));
  ASSERT_TRUE(keep_house(*tester.ledger, kNow + hours(11)));
  EXPECT_EQ(rows(redeemed).back(), "ended {}");
  EXPECT_EQ(rows(open), Rows{"expired {}"});
}

// The verifiers of those hosts have to take the list before a revoke is everywhere.
TEST_F(Trail, ARevokeNamesSharesListsAndHosts) {
  ASSERT_TRUE(add_host(*tester.ledger, {"db", "10.0.0.6", 22, {"ssh-ed25519 A"}, {}}, true, kNow));
  const auto root = tester.redeem(*tester.offer(
      std::nullopt,
      {{"depth", 2},
       {"rights", boost::json::object{{"logins", {"ada"}}, {"hosts", {"db", "web"}}}}}));
  const auto one = tester.redeem(*tester.offer(
      root,
      {{"depth", 1}, {"rights", boost::json::object{{"logins", {"ada"}}, {"hosts", {"db"}}}}}));
  const auto two = tester.offer(one)->record.share.id;
  const auto number = tester.snapshot().number.number;

  const auto revoked = *tester.revoke(root, one);
  EXPECT_TRUE(revoked.changed);
  EXPECT_EQ(revoked.shares, (std::vector<ShareId>{one, two}));
  EXPECT_EQ(revoked.hosts, std::set<std::string>{"db"});
  ASSERT_EQ(revoked.lists.size(), 1U);
  EXPECT_EQ(revoked.lists[0].name, "ssh.krl");
  EXPECT_GT(revoked.lists[0].number, number);
  EXPECT_EQ(rows(one).back(), "revoked {}");
  EXPECT_EQ(rows(two), Rows{"revoked {}"});

  const auto again = *tester.revoke(root, one, kNow + hours(1));
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.hosts, std::set<std::string>{"db"});
  EXPECT_EQ(again.lists[0].number, revoked.lists[0].number);
  EXPECT_EQ(rows(two), Rows{"revoked {}"});

  const auto dropped = *tester.revoke(root, root, kNow + hours(1));
  EXPECT_TRUE(dropped.changed);
  EXPECT_EQ(dropped.hosts, (std::set<std::string>{"db", "web"}));
  EXPECT_EQ(rows(root).back(), "dropped {}");
  EXPECT_FALSE(tester.revoke(root, root, kNow + hours(2))->changed);
  EXPECT_EQ(tester.revoke(std::nullopt, root)->changed, true) << "ended is not revoked";
}

// What hangs below a share that was revoked by an older version, or restored, is revoked as well.
TEST_F(Trail, ARepeatedRevokeRevokesWhatIsNewBelow) {
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto under = tester.offer(root)->record.share.id;
  ASSERT_TRUE(tester.revoke(std::nullopt, root));
  ASSERT_TRUE(tester.ledger->transact([&](sql::Database& db) {
    return db.execute("UPDATE shares SET state = 'open', revoked = NULL WHERE id = '" +
                      under.text() + "'");
  }));
  const auto number = tester.snapshot().number.number;
  const auto again = *tester.revoke(std::nullopt, root);
  EXPECT_TRUE(again.changed);
  EXPECT_GT(again.lists[0].number, number);
  EXPECT_EQ(tester.state(under), State::revoked);
}

TEST_F(Trail, RevokingAllBelowLeavesTheHolderAndNamesOnlyWhatIsNew) {
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto old = tester.offer(root)->record.share.id;
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto two = tester.offer(one)->record.share.id;
  ASSERT_TRUE(tester.revoke(root, old));
  const auto number = tester.snapshot().number.number;
  const auto revoked = *revoke_all_below(root);
  EXPECT_EQ(revoked.shares, (std::vector<ShareId>{one, two}));
  EXPECT_TRUE(revoked.changed);
  EXPECT_EQ(revoked.hosts, std::set<std::string>{"web"});
  ASSERT_EQ(revoked.lists.size(), 1U);
  EXPECT_GT(revoked.lists[0].number, number);
  EXPECT_EQ(tester.state(root), State::redeemed);
  EXPECT_EQ(tester.state(two), State::revoked);

  const auto again = *revoke_all_below(root);
  EXPECT_TRUE(again.shares.empty());
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.lists[0].number, revoked.lists[0].number);
  ASSERT_TRUE(tester.revoke(std::nullopt, root));
  EXPECT_EQ(revoke_all_below(root).error().reason, "revoked");
}

// Whatever is below it: its holder's calls come to nothing at the end of its window.
TEST_F(Trail, AHolderWhoseShareEndedTouchesNothingBelow) {
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto id = tester.offer(root, {{"mode", "confirmed"}})->record.share.id;
  const Time end = kNow + hours(10);
  const auto reason = [&](auto call) {
    const auto done = tester.ledger->transact(call);
    return done ? "done" : std::string(reason_of(done.error()));
  };
  using Db = sql::Database;
  EXPECT_EQ(reason([&](Db& db) { return share_record(db, root, id, end - Duration(1)); }), "done");
  EXPECT_EQ(reason([&](Db& db) { return share_record(db, root, id, end); }), "ended");
  EXPECT_EQ(reason([&](Db& db) { return refuse_share(db, root, id, end); }), "ended");
  EXPECT_EQ(reason([&](Db& db) { return revoke_share(db, root, id, end); }), "ended");
  EXPECT_EQ(reason([&](Db& db) { return revoke_below(db, root, end); }), "ended");
  EXPECT_EQ(reason([&](Db& db) { return offer_share_again(db, tester.keys, root, id, end); }),
            "ended");
  EXPECT_EQ(reason([&](Db& db) { return share_record(db, std::nullopt, id, end); }), "done");
}

// A token that was exchanged before a revoke is good for nothing after it.
TEST_F(Trail, ARevokeTakesTheTokensAway) {
  const auto offered = *tester.offer(std::nullopt);
  const auto token = std::get<TokenAnswer>(*tester.exchange(offered.code)).token;
  ASSERT_TRUE(tester.revoke(std::nullopt, offered.record.share.id));
  EXPECT_EQ(word(tester.issue(token)), "invalid_token");
}

TEST_F(Trail, TheAdministratorSeesAllAndAHolderWhatIsBelow) {
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto under = tester.offer(root)->record.share.id;
  const auto other = tester.offer(std::nullopt)->record.share.id;
  const auto listed = [&](const Caller& caller, Time now = kNow) -> Result<std::vector<ShareId>> {
    KF_TRY(const auto records, tester.ledger->transact([&](sql::Database& db) {
      return list_shares(db, caller, now);
    }));
    std::vector<ShareId> ids;
    for (const auto& record : records) ids.push_back(record.share.id);
    return ids;
  };
  EXPECT_EQ(*listed(std::nullopt), (std::vector<ShareId>{root, under, other}));
  EXPECT_EQ(*listed(root), std::vector<ShareId>{under});
  EXPECT_EQ(listed(root, kNow + hours(10)).error().reason, "ended");
  EXPECT_TRUE(listed(std::nullopt, kNow + hours(10)));
}

// At resources as at the token endpoint; the key's owner asks again with a new nonce.
TEST_F(Trail, AProofWithAStaleNonceIsRefusedAtResourcesAndNotUsedUp) {
  const auto token = tester.login(tester.redeem(*tester.offer(std::nullopt)));
  auto proof = std::get<authority::DpopProof>(Tester::proof("key"));
  const auto renew = [&] {
    const Access access{token, authority::Verdict<authority::DpopProof>(proof)};
    return word(renew_credential(*tester.ledger, access, tester.key, tester.terms, kNow));
  };
  proof.stale = authority::Refusal{"use_dpop_nonce", "the nonce is old"};
  EXPECT_EQ(renew(), "use_dpop_nonce");
  proof.stale.reset();
  EXPECT_EQ(renew(), "granted");
  EXPECT_EQ(renew(), "invalid_dpop_proof") << "it is good once";
}

// A link's end ends the token too.
TEST_F(Trail, ATokenLivesNoLongerThanItsLink) {
  const auto offered = *tester.offer(std::nullopt);
  const Time late = offered.record.share.link_until - std::chrono::seconds(30);
  const auto answer =
      std::get<TokenAnswer>(*tester.exchange(offered.code, std::nullopt, "key", late));
  EXPECT_EQ(answer.life, Duration(std::chrono::seconds(30)));
  EXPECT_TRUE(answer.dpop);
}

}  // namespace
}  // namespace keyferry::ledger
