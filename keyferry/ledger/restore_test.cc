// What a restored ledger forgets, keeps and never does again.
#include "keyferry/ledger/restore.h"

#include <gtest/gtest.h>

#include "keyferry/ledger/samples_test.h"
#include "keyferry/ledger/settings.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;
using authority::State;

struct Restored : testing::Test {
  Tester tester;

  std::int64_t setting(std::string_view name, std::int64_t fallback = -1) {
    return *tester.ledger->transact(
        [&](sql::Database& db) { return number_setting(db, name, fallback); });
  }
  std::uint64_t next() {
    return *tester.ledger->transact([](sql::Database& db) { return next_serial(db, kNow); });
  }
  // rows are the events of the audit log that name `share`, with their details.
  std::vector<std::string> rows(const std::string& share) {
    return *tester.ledger->transact([&](sql::Database& db) -> Result<std::vector<std::string>> {
      KF_TRY(auto query, db.prepare("SELECT event || ' ' || detail FROM audit "
                                    "WHERE share = ?1 AND event != 'host_added' ORDER BY number"));
      query.bind(1, std::string_view(share));
      std::vector<std::string> out;
      while (true) {
        KF_TRY(bool row, query.step());
        if (!row) return out;
        out.push_back(query.text(0));
      }
    });
  }
  authority::Share share(const ShareId& id) {
    return **tester.ledger->transact([&](sql::Database& db) { return find_share(db, id); });
  }
};

// Codes may have been redeemed and tries used after the backup was made.
//
//= spec:authority#3-backups test
TEST_F(Restored, WhatWasNotRedeemedExpiresAndTheRestStays) {
  const auto redeemed = tester.redeem(*tester.offer(std::nullopt));
  const auto open = *tester.offer(std::nullopt);
  const auto claimed = *tester.offer(std::nullopt);
  EXPECT_EQ(word(tester.exchange(claimed.code)), "granted");
  const auto locked = *tester.offer(std::nullopt, {{"pin", "123456"}});
  for (int i = 0; i < 5; ++i) EXPECT_NE(word(tester.exchange(locked.code, "000000")), "granted");
  const auto revoked = tester.offer(std::nullopt)->record.share.id;
  ASSERT_TRUE(tester.revoke(std::nullopt, revoked));

  const Time later = kNow + std::chrono::minutes(1);
  ASSERT_TRUE(mark_restored(*tester.ledger, later));
  for (const auto& id : {open.record.share.id, claimed.record.share.id, locked.record.share.id}) {
    EXPECT_EQ(share(id).state, State::expired);
    EXPECT_EQ(share(id).times.expired, later);
    EXPECT_EQ(rows(id.text()).back(), R"(expired {"by":"restore"})");
  }
  EXPECT_NE(word(tester.exchange(open.code)), "granted");
  EXPECT_EQ(share(redeemed).state, State::redeemed);
  EXPECT_EQ(share(redeemed).times.expired, std::nullopt);
  EXPECT_EQ(share(revoked).state, State::revoked);
}

TEST_F(Restored, BeginsAnEpochAndSerialsFarAboveTheBackup) {
  const auto before = next();
  ASSERT_TRUE(mark_restored(*tester.ledger, kNow));
  EXPECT_EQ(setting("epoch"), 2);
  EXPECT_EQ(tester.snapshot().number.epoch, 2);
  EXPECT_EQ(next(), before + (std::uint64_t{1} << 32U) + 1);
  ASSERT_TRUE(mark_restored(*tester.ledger, kNow));
  EXPECT_EQ(setting("epoch"), 3);
  EXPECT_EQ(rows(""),
            (std::vector<std::string>{R"(restored {"epoch":2})", R"(restored {"epoch":3})"}));
}

TEST_F(Restored, IsServedOnlyOnceItIsMergedOrTheLossAccepted) {
  ASSERT_TRUE(mark_restored(*tester.ledger, kNow));
  EXPECT_EQ(setting(kUnmerged), 1);
  ASSERT_TRUE(mark_merged(*tester.ledger, false, kNow));
  EXPECT_EQ(setting(kUnmerged), 0);
  EXPECT_EQ(rows("").size(), 1U) << "what was merged says so itself";
  ASSERT_TRUE(mark_restored(*tester.ledger, kNow));
  ASSERT_TRUE(mark_merged(*tester.ledger, true, kNow));
  EXPECT_EQ(setting(kUnmerged), 0);
  EXPECT_EQ(rows("").back(), "loss_accepted {}");
}

//= spec:authority#3-backups test
TEST_F(Restored, MergingRevokesWhatTheListNamesAndListsWhatIsUnknown) {
  const auto named = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  const auto below = tester.redeem(*tester.offer(named));
  const auto other = tester.redeem(*tester.offer(std::nullopt));
  const std::string unknown = "aaaaaaaaaaaaaaaaaaaa";
  const SeenList list{
      .epoch = 4,
      .number = 7,
      .name = "ssh.krl",
      .highest_serial = 0,
      .sections = {{"one", {11, 12}, {named.text(), unknown, "nonsense"}}, {"two", {12}, {}}}};
  ASSERT_TRUE(merge_list(*tester.ledger, list, kNow));
  ASSERT_TRUE(merge_list(*tester.ledger, list, kNow)) << "two verifiers may have the same list";
  EXPECT_EQ(tester.state(named), State::revoked);
  EXPECT_EQ(tester.state(below), State::revoked);
  EXPECT_EQ(tester.state(other), State::redeemed);

  using Entry = std::tuple<std::string, std::uint64_t, std::string>;
  std::vector<Entry> foreign;
  for (const auto& entry : tester.snapshot().revoked) {
    if (!entry.ca.empty()) foreign.emplace_back(entry.ca, entry.serial, entry.share);
  }
  std::ranges::sort(foreign);
  std::vector<Entry> wanted = {{"one", 0, unknown},    {"one", 0, named.text()},
                               {"one", 0, "nonsense"}, {"one", 11, ""},
                               {"one", 12, ""},        {"two", 12, ""}};
  std::ranges::sort(wanted);
  EXPECT_EQ(foreign, wanted);
  EXPECT_EQ(rows("").back(), R"(merged {"list":"ssh.krl","epoch":4,"number":7})");
}

TEST_F(Restored, EpochGoesOnAboveTheHighestThatAListShows) {
  const auto merge = [&](std::int64_t epoch) {
    ASSERT_TRUE(merge_list(*tester.ledger, {epoch, 1, "ssh.krl", 0, {}}, kNow));
  };
  merge(4);
  EXPECT_EQ(setting("epoch"), 5);
  merge(2);
  EXPECT_EQ(setting("epoch"), 5);
}

TEST_F(Restored, SerialsNeverFallAndTheHighestOfAllIsNoneOfOurs) {
  const auto before = next();
  const auto merge = [&](std::uint64_t highest) {
    EXPECT_TRUE(merge_list(*tester.ledger, {1, 1, "ssh.krl", highest, {}}, kNow));
    return next();
  };
  EXPECT_EQ(merge(7), before + 1);
  constexpr std::uint64_t most = (std::uint64_t{1} << 63U) - 1;
  EXPECT_EQ(merge(most), before + 2);
  EXPECT_EQ(merge(most - 1), most);
}

}  // namespace
}  // namespace keyferry::ledger
