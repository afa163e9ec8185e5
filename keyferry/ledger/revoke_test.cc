// Revoking on a real ledger: the whole path, at once, for ever.
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "keyferry/ledger/housekeeping.h"
#include "keyferry/ledger/samples_test.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;
using authority::State;

// A build without optimisation takes 18 ms of CPU a round, so that it runs a tenth of them.
#ifdef __OPTIMIZE__
constexpr int kRounds = 1000;
#else
constexpr int kRounds = 100;
#endif

std::set<std::string> listed(const ListSnapshot& snapshot) {
  std::set<std::string> shares;
  for (const auto& entry : snapshot.revoked) shares.insert(entry.share);
  return shares;
}

TEST(LedgerRevoke, TakesEverythingBelowAndNothingElse) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 3}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 2}}));
  const auto two = tester.redeem(*tester.offer(one, {{"depth", 1}}));
  const auto open = tester.offer(two)->record.share.id;
  const auto sibling = tester.redeem(*tester.offer(root));
  const auto revoked = tester.revoke(root, one);
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->shares, (std::vector<ShareId>{one, two, open}));
  EXPECT_EQ(tester.state(one), State::revoked);
  EXPECT_EQ(tester.state(two), State::revoked);
  EXPECT_EQ(tester.state(open), State::revoked);
  EXPECT_EQ(tester.state(sibling), State::redeemed);
  EXPECT_EQ(tester.state(root), State::redeemed);
  EXPECT_EQ(listed(tester.snapshot()), (std::set<std::string>{one.text(), two.text()}));
  EXPECT_EQ(tester.snapshot().number.number, revoked->lists.front().number);
}

TEST(LedgerRevoke, RepeatingItAnswersTheSame) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  const auto one = tester.redeem(*tester.offer(root));
  const auto first = *tester.revoke(root, one);
  const auto again = *tester.revoke(root, one, kNow + std::chrono::hours(1));
  EXPECT_EQ(again.shares, first.shares);
  EXPECT_EQ(again.lists.front().number, first.lists.front().number);
}

// What holds a repeated revoke up says the same as the revoke itself, without reading what is
// below.
TEST(LedgerRevoke, WhetherItWouldChangeAnythingIsKnownBefore) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto two = tester.redeem(*tester.offer(one));
  const auto nothing = [&](const Caller& caller, const ShareId& id) {
    return *tester.ledger->transact(
        [&](sql::Database& db) { return revokes_nothing(db, caller, id, kNow); });
  };
  const auto nothing_below = [&](const ShareId& id) {
    return *tester.ledger->transact(
        [&](sql::Database& db) { return revokes_nothing_below(db, id, kNow); });
  };
  EXPECT_FALSE(nothing(root, one));
  EXPECT_FALSE(nothing(root, two));
  EXPECT_FALSE(nothing(two, two)) << "dropping one's own";
  EXPECT_FALSE(nothing_below(root));
  EXPECT_TRUE(nothing(two, one)) << "not below";
  EXPECT_TRUE(nothing(root, *ShareId::parse("aaaaaaaaaaaaaaaaaaaa"))) << "unknown";
  EXPECT_TRUE(nothing_below(two));
  EXPECT_TRUE(tester.revoke(one, two)->changed);
  EXPECT_TRUE(nothing(one, two));
  EXPECT_TRUE(nothing_below(one));
  EXPECT_FALSE(nothing(root, one));
  EXPECT_TRUE(tester.revoke(one, one)->changed);
  EXPECT_TRUE(nothing(one, one)) << "dropped";
  EXPECT_FALSE(nothing(root, one)) << "ended is not revoked";
  EXPECT_TRUE(tester.revoke(root, one)->changed);
  EXPECT_TRUE(nothing(root, one));
  EXPECT_TRUE(nothing_below(root));
}

// Refused, run out untaken, or over for longer than any clock is wrong: none can open anything.
TEST(LedgerRevoke, WhatCanOpenNothingMoreIsLeftAsItIs) {
  Tester tester;
  const auto root =
      tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}, {"valid_for", 864000}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto brief = tester.redeem(*tester.offer(one, {{"valid_for", 3600}}));
  const auto untaken = tester.offer(one, {{"valid_for", 3600}})->record.share.id;
  const auto refused = tester.offer(one)->record.share.id;
  ASSERT_TRUE(tester.ledger->transact(
      [&](sql::Database& db) { return refuse_share(db, one, refused, kNow); }));
  const Time over = kNow + std::chrono::hours(2);
  ASSERT_TRUE(keep_house(*tester.ledger, over));
  const auto standing = [&](Time now) {
    std::vector<ShareId> ids;
    for (const auto& share : *tester.ledger->transact(
             [&](sql::Database& db) { return standing_below(db, root, now); })) {
      ids.push_back(share.id);
    }
    return ids;
  };
  EXPECT_EQ(standing(over), (std::vector<ShareId>{one, brief})) << "a lock's clock may be late";
  const Time late = kNow + std::chrono::hours(1) + kListedAfterEnd;
  EXPECT_EQ(standing(late), (std::vector<ShareId>{one}));
  EXPECT_EQ(tester.revoke(root, one, late)->shares, (std::vector<ShareId>{one}));
  EXPECT_EQ(tester.state(brief, late), State::ended);
  EXPECT_EQ(tester.state(untaken, late), State::expired);
  EXPECT_EQ(tester.state(refused, late), State::refused);
}

// A holder who shares and revokes 512 times a day must not make his sender's revoke slow.
TEST(LedgerRevoke, ReadsWhatItEndsAndNothingThatIsOver) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  std::string plan;
  ASSERT_TRUE(tester.ledger->transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(auto query, db.prepare("EXPLAIN QUERY PLAN " + standing_statement()));
    while (*query.step()) plan += query.text(3) + "\n";
    return Done{};
  }));
  EXPECT_EQ(plan.find("SCAN shares"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("shares_parent"), std::string::npos) << plan;
  EXPECT_NE(plan.find("shares_standing (parent=? AND valid_until>?)"), std::string::npos) << plan;
  for (int i = 0; i < 5; ++i) {
    const auto gone = tester.redeem(*tester.offer(one));
    ASSERT_TRUE(tester.revoke(one, gone, kNow + std::chrono::seconds(i)));
  }
  const auto two = tester.redeem(*tester.offer(one));
  const Time now = kNow + std::chrono::hours(1);
  EXPECT_EQ(tester.revoke(root, one, now)->shares, (std::vector<ShareId>{one, two}));
  EXPECT_EQ(tester.revoke(root, one, now)->shares, (std::vector<ShareId>{one, two})) << "again";
}

TEST(LedgerRevoke, BelowAskedAgainNamesTheSameHosts) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}}));
  tester.redeem(*tester.offer(root));
  const auto below = [&](Time now) {
    return *tester.ledger->transact([&](sql::Database& db) { return revoke_below(db, root, now); });
  };
  const auto first = below(kNow);
  const auto again = below(kNow + std::chrono::hours(1));
  EXPECT_TRUE(first.changed);
  EXPECT_FALSE(again.changed);
  EXPECT_TRUE(again.shares.empty());
  EXPECT_EQ(first.hosts, (std::set<std::string>{"web"}));
  EXPECT_EQ(again.hosts, first.hosts);
}

//= spec:authority#2-subtree test
TEST(LedgerRevoke, StrangersGetTheNotFoundOfAnUnknownShare) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto other = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto unknown = tester.revoke(root, *ShareId::parse("aaaaaaaaaaaaaaaaaaaa")).error();
  EXPECT_EQ(tester.revoke(other, one).error(), unknown);
  EXPECT_EQ(tester.revoke(one, root).error(), unknown);
  EXPECT_EQ(tester.state(one), State::redeemed);
  const auto look = [&](const Caller& caller, const ShareId& id) {
    return tester.ledger->transact(
        [&](sql::Database& db) { return share_record(db, caller, id, kNow); });
  };
  EXPECT_TRUE(look(root, one));
  EXPECT_EQ(look(other, one).error(), unknown);
  EXPECT_EQ(look(root, root).error(), unknown);
}

//= spec:authority#2-drop test
TEST(LedgerRevoke, DroppingOnesOwnEndsItAndRevokesBelow) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto one = tester.redeem(*tester.offer(root, {{"depth", 1}}));
  const auto two = tester.redeem(*tester.offer(one));
  const auto dropped = tester.revoke(one, one);
  ASSERT_TRUE(dropped);
  EXPECT_EQ(tester.state(one), State::ended);
  EXPECT_EQ(tester.state(two), State::revoked);
  EXPECT_EQ(listed(tester.snapshot()), (std::set<std::string>{one.text(), two.text()}));
  EXPECT_TRUE(tester.revoke(one, one)) << "a lost answer can be asked for again";
  EXPECT_EQ(tester.offer(one).error().reason, "ended");
}

//= spec:authority#3-list-number test
TEST(LedgerRevoke, ListNumbersOnlyRiseEvenWhenTheClockDoesNot) {
  Tester tester;
  std::int64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    const auto id = tester.redeem(*tester.offer(std::nullopt));
    const auto now = kNow - std::chrono::hours(i);
    const auto revoked = tester.revoke(std::nullopt, id, now);
    ASSERT_TRUE(revoked);
    EXPECT_GT(revoked->lists.front().number, last);
    EXPECT_GE(revoked->lists.front().number, unix_ms(now));
    last = revoked->lists.front().number;
  }
}

TEST(LedgerRevoke, ARefusedLoginWritesNothing) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt));
  const auto record = *tester.ledger->transact(
      [&](sql::Database& db) { return record_of(db, {.id = root, .kind = "ssh"}); });
  const auto remembered = [&](const digest::Sha256& jti) {
    return *tester.ledger->transact([&](sql::Database& db) { return jti_seen(db, jti); });
  };
  const auto login = [&](const authority::CheckedAssertion& assertion) {
    const auto proof = std::get<authority::DpopProof>(Tester::proof("key"));
    const auto verdict =
        *login_holder(*tester.ledger, *record.credential, assertion, proof, {}, kNow);
    EXPECT_EQ(remembered(proof.jti), !authority::refused(verdict));
    return word(Result<authority::Verdict<TokenAnswer>>(verdict));
  };
  authority::CheckedAssertion first;
  EXPECT_EQ(login(first), "granted");
  EXPECT_TRUE(remembered(first.jti));
  EXPECT_NE(login(first), "granted") << "an assertion counts once";
  ASSERT_TRUE(tester.revoke(std::nullopt, root));
  authority::CheckedAssertion second;
  second.jti.fill(7);
  EXPECT_EQ(login(second), "revoked");
  EXPECT_FALSE(remembered(second.jti));
}

TEST(LedgerRevoke, WhatRanOutIsWrittenDownAndNotListed) {
  Tester tester;
  const auto root = tester.redeem(*tester.offer(std::nullopt));
  const auto open = tester.offer(std::nullopt)->record.share.id;
  const Time late = kNow + std::chrono::hours(10);
  EXPECT_EQ(*keep_house(*tester.ledger, kNow), late);
  ASSERT_TRUE(keep_house(*tester.ledger, late));
  const auto share =
      **tester.ledger->transact([&](sql::Database& db) { return find_share(db, root); });
  EXPECT_EQ(share.state, State::ended);
  EXPECT_EQ(share.times.ended, late);
  EXPECT_EQ(tester.state(open, late), State::expired);
  EXPECT_TRUE(listed(tester.snapshot(late)).empty());
}

// A revoke races with create, grant, exchange and issue below it, at each depth; afterwards nothing
// below is live, whatever came first. (Over HTTP: tests/integration/authority_redeem_test.py.)
//
//= spec:authority#3-path test
TEST(LedgerRevoke, RacesLeaveNothingLiveBelow) {
  constexpr int kDepth = 3;
  Tester tester;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<ShareId> path{tester.redeem(*tester.offer(std::nullopt, {{"depth", kDepth + 1}}))};
    for (int depth = kDepth; depth >= 1; --depth) {
      path.push_back(tester.redeem(*tester.offer(path.back(), {{"depth", depth}})));
    }
    const auto waiting = *tester.offer(path.back());
    const auto claimed = *tester.offer(path.back());
    const auto confirmed = tester.offer(path.back(), {{"mode", "confirmed"}})->record.share.id;
    const auto token = std::get<TokenAnswer>(*tester.exchange(claimed.code)).token;
    const ShareId victim = path[static_cast<std::size_t>(round % (kDepth + 1))];
    {
      std::jthread revoking([&] { ASSERT_TRUE(tester.revoke(std::nullopt, victim)); });
      std::jthread creating([&] { static_cast<void>(tester.offer(path.back()).has_value()); });
      std::jthread exchanging(
          [&] { static_cast<void>(tester.exchange(waiting.code).has_value()); });
      std::jthread granting(
          [&] { static_cast<void>(tester.grant(path.back(), confirmed, "key").has_value()); });
      std::jthread issuing([&] { static_cast<void>(tester.issue(token).has_value()); });
    }
    const auto under =
        *tester.ledger->transact([&](sql::Database& db) { return below(db, victim); });
    for (const auto& share : under) EXPECT_EQ(share.state, State::revoked) << round;
    EXPECT_EQ(tester.state(victim), State::revoked);
    EXPECT_FALSE(tester.offer(path.back()));
    EXPECT_FALSE(tester.grant(path.back(), confirmed, "key"));
  }
}

//= spec:authority#2-idempotency test
TEST(LedgerShares, SameRequestMakesOneShare) {
  Tester tester;
  const auto root =
      tester.redeem(*tester.offer(std::nullopt, {{"depth", 1}, {"valid_for", 864000}}));
  const auto make = [&](std::uint8_t body, Time now) {
    IdempotentRequest request;
    request.body[0] = body;
    const auto wish = *authority::parse_wish({{"kind", "ssh"}});
    return tester.ledger->transact(
        [&](sql::Database& db) { return make_share(db, tester.keys, root, wish, request, now); });
  };
  const auto first = make(1, kNow);
  const auto again = make(1, kNow + std::chrono::hours(1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->record.share.id, first->record.share.id);
  EXPECT_EQ(again->code, first->code);
  EXPECT_EQ(make(2, kNow).error().code, Errc::unprocessable);
  const Time later = kNow + kIdempotencyMemory;
  ASSERT_TRUE(keep_house(*tester.ledger, later - Duration(1)));
  EXPECT_EQ(make(1, kNow)->record.share.id, first->record.share.id);
  ASSERT_TRUE(keep_house(*tester.ledger, later));
  EXPECT_NE(make(1, kNow)->record.share.id, first->record.share.id);
}

TEST(LedgerShares, HostsMustHaveBeenNamed) {
  Tester tester;
  const auto made =
      tester.offer(std::nullopt, {{"rights", {{"logins", {"ada"}}, {"hosts", {"mail"}}}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::invalid);
}

}  // namespace
}  // namespace keyferry::ledger
