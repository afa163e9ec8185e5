// A thousand races of 64 first readers on each engine, through the rules and the store that the
// relay uses. The conformance suite runs a short one; this one looks for the rare interleaving.
#include <gtest/gtest.h>

#include "keyferry/file/temporary_folder_test.h"
#include "keyferry/store/memory.h"
#include "keyferry/store/race_test.h"
#include "keyferry/store/sqlite.h"

namespace keyferry::store {
namespace {

constexpr int kReaders = 64;

void expect_one_winner_each_time(Store& store, int rounds, const mailbox::ClaimRule& rule) {
  const RaceResult result = race_first_readers(store, kReaders, rounds, rule);
  EXPECT_EQ(result.most, 1);
  EXPECT_EQ(result.least, 1);
}

mailbox::ClaimRule with_proof() {
  mailbox::ClaimRule rule;
  rule.key_hash.emplace();
  rule.proof_only = true;
  return rule;
}

//= spec:tigress#CLM-06 test
TEST(ClaimRace, InMemory) {
  expect_one_winner_each_time(*make_memory_store(), 1000, {});
}

TEST(ClaimRace, InMemoryWithTheRightProof) {
  expect_one_winner_each_time(*make_memory_store(), 1000, with_proof());
}

//= spec:quality#1-claim test
TEST(ClaimRace, InSqlite) {
  const file::TemporaryFolder folder;
  expect_one_winner_each_time(*open_sqlite_store({folder.path(), kStart, 0}).value(), 1000, {});
}

TEST(ClaimRace, InSqliteWithTheRightProof) {
  const file::TemporaryFolder folder;
  expect_one_winner_each_time(*open_sqlite_store({folder.path(), kStart, 0}).value(), 1000,
                              with_proof());
}

}  // namespace
}  // namespace keyferry::store
