// A full disk: what may still run, how often it is tried, and what becomes of the reserve.
#include <filesystem>

#include <gtest/gtest.h>

#include "keyferry/file/temporary_folder_test.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {
namespace {

constexpr std::size_t kReserve = 8192;

struct Full : testing::Test {
  file::TemporaryFolder folder;
  std::unique_ptr<Ledger> ledger = *Ledger::open(folder / "a.db", kReserve);
  std::vector<Keep> runs;  // what keep() said in each run of the work

  bool reserve() const { return std::filesystem::is_regular_file(folder / "a.db.reserve"); }

  // attempt runs work that finds the disk full `times` times, and says how it ended.
  std::string attempt(Space space, std::size_t times) {
    runs.clear();
    const auto done = ledger->transact(
        [&](sql::Database&) -> Result<Done> {
          runs.push_back(ledger->keep());
          if (runs.size() <= times) return fail(Errc::storage_full, "full");
          return Done{};
        },
        space);
    return done ? "done" : std::string(reason_of(done.error()));
  }
};

TEST_F(Full, WhatIsUsualIsTriedOnceAndThenRefusedBeforeItBegins) {
  EXPECT_TRUE(reserve());
  EXPECT_FALSE(ledger->short_of_space());
  EXPECT_EQ(attempt(Space::usual, 1), "storage_full");
  EXPECT_EQ(runs.size(), 1U);
  EXPECT_TRUE(ledger->short_of_space());
  EXPECT_TRUE(reserve()) << "for revoking alone";
  EXPECT_EQ(attempt(Space::usual, 0), "storage_full");
  EXPECT_TRUE(runs.empty());
}

TEST_F(Full, WhatOnlyReadsRunsAgainAndRemembersInMemory) {
  EXPECT_EQ(attempt(Space::none, 1), "done");
  EXPECT_EQ(runs, (std::vector<Keep>{Keep::disk, Keep::memory}));
  EXPECT_TRUE(reserve());
  EXPECT_EQ(attempt(Space::none, 0), "done");
  EXPECT_EQ(runs, std::vector<Keep>{Keep::memory});
}

TEST_F(Full, RevokingUsesTheReserveUpOnce) {
  EXPECT_EQ(attempt(Space::reserve, 1), "done");
  EXPECT_EQ(runs, (std::vector<Keep>{Keep::disk, Keep::disk}));
  EXPECT_FALSE(reserve());
  EXPECT_EQ(attempt(Space::reserve, 1), "storage_full");
  EXPECT_EQ(runs.size(), 1U) << "there is nothing left to give up";
  EXPECT_EQ(attempt(Space::reserve, 0), "done");
}

TEST_F(Full, AllIsServedAgainOnceTheReserveIsBack) {
  EXPECT_EQ(attempt(Space::reserve, 1), "done");
  EXPECT_EQ(attempt(Space::usual, 0), "storage_full");
  ASSERT_TRUE(ledger->recover());
  EXPECT_TRUE(reserve());
  EXPECT_FALSE(ledger->short_of_space());
  EXPECT_EQ(attempt(Space::usual, 0), "done");
}

TEST_F(Full, AReserveThatCannotBeMadeIsNotReady) {
  ASSERT_TRUE(ledger->check());
  EXPECT_EQ(attempt(Space::reserve, 1), "done");
  std::filesystem::create_directory(folder / "a.db.reserve");
  EXPECT_EQ(ledger->recover().error().code, Errc::io);
  EXPECT_EQ(ledger->check().error().code, Errc::io);
  EXPECT_TRUE(ledger->short_of_space());
  std::filesystem::remove(folder / "a.db.reserve");
  EXPECT_TRUE(ledger->check());
  EXPECT_FALSE(ledger->short_of_space());
}

TEST_F(Full, AFailureOfTheDiskIsForgottenOnceATransactionIsDurable) {
  const auto failed = ledger->transact(
      [](sql::Database&) -> Result<Done> { return fail(Errc::io, "the disk failed"); });
  EXPECT_EQ(failed.error().code, Errc::io);
  EXPECT_TRUE(ledger->check());
  EXPECT_EQ(attempt(Space::usual, 0), "done");
}

// Revoking goes on, so that the authority is ready.
TEST(LedgerFile, OpensOnADiskWithoutRoomForTheReserveAndIsReady) {
  file::TemporaryFolder folder;
  const auto ledger = Ledger::open(folder / "a.db", std::size_t{1} << 60U);
  ASSERT_TRUE(ledger);
  EXPECT_TRUE((*ledger)->short_of_space());
  EXPECT_EQ((*ledger)->recover().error().code, Errc::storage_full);
  EXPECT_TRUE((*ledger)->check());
}

TEST(LedgerFile, AReserveThatCannotBeMadeStopsIt) {
  file::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "a.db.reserve");
  EXPECT_EQ(Ledger::open(folder / "a.db", kReserve).error().code, Errc::io);
  EXPECT_TRUE(Ledger::open(folder / "a.db"));
}

}  // namespace
}  // namespace keyferry::ledger
