#include "keyferry/sql/log_gatherer.h"

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "keyferry/file/temporary_folder_test.h"
#include "keyferry/sql/database.h"

namespace keyferry::sql {
namespace {

using file::TemporaryFolder;

Database open(const TemporaryFolder& folder) {
  return Database::open(folder / "a.db", {.gather_log = true, .page_size = 512}).value();
}

std::int64_t number(Database& db, std::string_view query) {
  auto statement = db.prepare(query).value();
  EXPECT_TRUE(statement.step().value());
  return statement.integer(0);
}

TEST(LogGatherer, WhatOneConnectionCommitsAnotherReadsAtOnce) {
  const TemporaryFolder folder;
  Database writer = open(folder);
  ASSERT_TRUE(writer.execute("CREATE TABLE t (a)"));
  auto reader = Database::open(folder / "a.db", {.create = false, .read_only = true}).value();
  for (int i = 1; i <= 300; ++i) {
    ASSERT_TRUE(writer.execute("INSERT INTO t VALUES (randomblob(900))"));
    ASSERT_EQ(number(reader, "SELECT count(*) FROM t"), i);
    if (i % 50 == 0) {
      ASSERT_TRUE(writer.execute("PRAGMA wal_checkpoint"));
    }
  }
  EXPECT_TRUE(reader.execute("PRAGMA integrity_check"));
}

// More than the connection's memory and the gatherer hold: pages go to the log before the commit,
// are read back, and disappear with the rollback.
TEST(LogGatherer, ATransactionLargerThanMemoryIsReadBackAndRolledBack) {
  const TemporaryFolder folder;
  Database db = open(folder);
  ASSERT_TRUE(db.execute("PRAGMA cache_size=10; CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
  {
    auto transaction = Transaction::begin(db).value();
    ASSERT_TRUE(
        db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                   "i < 4000) INSERT INTO t SELECT zeroblob(900) FROM n"));
    EXPECT_EQ(number(db, "SELECT count(*) FROM t"), 4001);
  }
  EXPECT_EQ(number(db, "SELECT count(*) FROM t"), 1);
  ASSERT_TRUE(db.execute("INSERT INTO t VALUES (2)"));
  Database again = open(folder);
  EXPECT_EQ(number(again, "SELECT sum(a) FROM t"), 3);
}

TEST(LogGatherer, ALogThatCannotBeWrittenFailsTheCommitAndNothingMore) {
  const TemporaryFolder folder;
  Database db = open(folder);
  ASSERT_TRUE(db.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 64 * 1024;
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto full = db.execute("INSERT INTO t VALUES (zeroblob(200000))");
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::storage_full);
  EXPECT_EQ(number(db, "SELECT count(*) FROM t"), 1);
  ASSERT_TRUE(db.execute("INSERT INTO t VALUES (zeroblob(200000))"));
  Database again = open(folder);
  EXPECT_EQ(number(again, "SELECT count(*) FROM t"), 2);
}

}  // namespace
}  // namespace keyferry::sql
