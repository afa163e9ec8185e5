// Who may make how many shares: nobody uses up what others may.
#include "keyferry/ledger/room.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "keyferry/file/temporary_folder_test.h"
#include "keyferry/ledger/samples_test.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;

struct Tree : Tester {
  explicit Tree(ShareLimits bounds, std::unique_ptr<Ledger> opened = nullptr)
      : Tester(std::move(opened)) {
    limits = bounds;
  }

  ShareId root = redeem(*offer(std::nullopt, {{"depth", 4}}));

  ShareId branch(const ShareId& above, int depth) {
    return redeem(*offer(above, {{"depth", depth}}));
  }
  // fill makes shares until one is refused, and returns how many it made.
  int fill(const ShareId& holder, boost::json::object wish = {}) {
    int made = 0;
    while (made < 1000) {
      const auto answer = offer(holder, wish);
      if (!answer) {
        EXPECT_EQ(answer.error().reason, "too_many_shares");
        break;
      }
      ++made;
    }
    return made;
  }
};

//= spec:authority#2-flood test
TEST(Room, ABranchAloneHasAllAndOneThatComesLaterItsPart) {
  Tree tree({.per_holder = 0, .per_root = 24, .per_day = 0});
  const auto greedy = tree.branch(tree.root, 1);
  EXPECT_EQ(tree.fill(greedy), 24);
  const auto second = tree.branch(tree.root, 1);
  EXPECT_EQ(tree.fill(second), 12);
  const auto third = tree.branch(tree.root, 1);
  EXPECT_EQ(tree.fill(third), 8);
  EXPECT_EQ(tree.fill(greedy), 0);
  // What cannot be shared on divides nothing, and whoever is above is never refused for it.
  EXPECT_TRUE(tree.offer(tree.root));
  ASSERT_TRUE(tree.revoke(tree.root, greedy));
  EXPECT_EQ(tree.fill(second), 0);
  EXPECT_EQ(tree.fill(third), 4) << "two branches are left";
}

TEST(Room, AHolderHasItsNumberAtOnceAndRoomForOneMoreAfterARevoke) {
  Tree tree({.per_holder = 3, .per_root = 0, .per_day = 0});
  const auto branch = tree.branch(tree.root, 1);
  EXPECT_EQ(tree.fill(tree.root), 2);
  EXPECT_EQ(tree.fill(branch), 3) << "what others made does not count";
  ASSERT_TRUE(tree.revoke(tree.root, branch));
  EXPECT_EQ(tree.fill(tree.root), 1);
}

TEST(Room, EverySiblingHasItsPartHoweverManyAreGreedy) {
  Tree tree({.per_holder = 0, .per_root = 40, .per_day = 0});
  std::vector<ShareId> siblings;
  for (int i = 0; i < 10; ++i) siblings.push_back(tree.branch(tree.root, 1));
  for (const auto& sibling : siblings) EXPECT_EQ(tree.fill(sibling), 4);
}

TEST(Room, DeeperDownNobodyAloneUsesUpWhatTheBranchHas) {
  Tree tree({.per_holder = 0, .per_root = 60, .per_day = 0});
  const auto branch = tree.branch(tree.root, 3);
  const auto greedy = tree.branch(branch, 2);
  EXPECT_EQ(tree.fill(greedy), 30);
  const auto late = tree.branch(branch, 2);
  EXPECT_EQ(tree.fill(late), 20);
  EXPECT_TRUE(tree.offer(branch)) << "the holder above has room too";
}

TEST(Room, PassingItOnMakesNoMoreRoom) {
  Tree tree({.per_holder = 0, .per_root = 60, .per_day = 0});
  const auto branch = tree.branch(tree.root, 3);
  std::vector<ShareId> holders{branch};
  int made = 0;
  for (int i = 0; i < 100; ++i) {  // its own receivers, each of whom passes on
    const auto next =
        tree.offer(holders[static_cast<std::size_t>(i) % holders.size()], {{"depth", 1}});
    if (!next) continue;
    holders.push_back(tree.redeem(*next));
    ++made;
  }
  for (const auto& holder : holders) made += tree.fill(holder);
  EXPECT_LE(made, 60);
  EXPECT_GE(made, 55);
}

TEST(Room, ADayHasItsNumberWhateverBecomesOfTheShares) {
  Tree tree({.per_holder = 0, .per_root = 0, .per_day = 10});
  const auto branch = tree.branch(tree.root, 2);
  const auto inner = tree.branch(branch, 1);
  const auto cycle = [&](const ShareId& holder, Time now) {
    int made = 0;
    while (made < 100) {
      const auto answer = tree.offer(holder, {}, now);
      if (!answer) break;
      EXPECT_TRUE(tree.revoke(holder, answer->record.share.id, now));
      ++made;
    }
    return made;
  };
  // Two of ten are made in the branch: itself and `inner`.
  EXPECT_EQ(cycle(inner, kNow), 8);
  EXPECT_EQ(cycle(branch, kNow), 0);
  EXPECT_EQ(cycle(tree.root, kNow), 9) << "another branch each";
  const Time next_day = kNow + std::chrono::hours(9);  // the root ends after ten hours
  EXPECT_EQ(cycle(branch, next_day), 0);
}

TEST(Room, WhatWasMadeADayAgoIsNotCounted) {
  Tree tree({.per_holder = 0, .per_root = 0, .per_day = 3});
  const auto root = tree.redeem(*tree.offer(std::nullopt, {{"valid_for", 864000}, {"depth", 1}}));
  EXPECT_EQ(tree.fill(root), 3);
  EXPECT_FALSE(tree.offer(root, {}, kNow + std::chrono::hours(24) - Duration(1)));
  EXPECT_TRUE(tree.offer(root, {}, kNow + std::chrono::hours(24)));
}

// On a full disk a revoke takes the reserve, or fails whole.
TEST(Room, TheReserveTakesARevokeOfAllThatIsLive) {
  EXPECT_EQ(reserve_for({.per_holder = 2, .per_root = 100, .per_day = 0}),
            (8U << 20) + (2 + 100 + 50) * kRevokeOctets);
  EXPECT_EQ(reserve_for({.per_holder = 0, .per_root = 0}), reserve_for({})) << "as shipped";
  const file::TemporaryFolder folder;
  const auto path = folder / "ledger.db";
  Tree tree({}, *Ledger::open(path));
  const auto branch = tree.branch(tree.root, 1);
  constexpr int kShares = 100;
  const boost::json::object rights{
      {"logins", {"ada"}}, {"hosts", {"web"}}, {"command", std::string(1000, 'x')}};
  for (int i = 0; i < kShares; ++i) {
    tree.login(tree.redeem(*tree.offer(branch, {{"rights", rights}})));
  }
  const auto size = [&] {
    return std::filesystem::file_size(path) + std::filesystem::file_size(path.string() + "-wal");
  };
  const auto checkpoint = [&] {
    auto other = *sql::Database::open(path);
    ASSERT_TRUE(other.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  };
  checkpoint();
  const auto before = size();
  EXPECT_EQ(tree.revoke(tree.root, branch)->shares.size(), kShares + 1U);
  const auto each = (size() - before) / (kShares + 1);
  RecordProperty("octets", std::to_string(each));
  EXPECT_LT(each, kRevokeOctets);
  EXPECT_GT(each, kRevokeOctets / 4) << "kept aside for nothing";
}

}  // namespace
}  // namespace keyferry::ledger
