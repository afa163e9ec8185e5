#include "keyferry/sql/database.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace keyferry::sql {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "kf-sql-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(std::string_view name) const { return path_ / name; }

 private:
  fs::path path_;
};

unsigned mode_of(const fs::path& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

Database with_table() {
  auto db = Database::in_memory();
  EXPECT_TRUE(db->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b BLOB)"));
  return *std::move(db);
}

std::int64_t count(Database& db, std::string_view table = "t") {
  auto query = db.prepare("SELECT count(*) FROM " + std::string(table));
  EXPECT_TRUE(query) << query.error().detail;
  EXPECT_TRUE(*query->step());
  return query->integer(0);
}

TEST(Statement, WhatGoesInComesOut) {
  Database db = with_table();
  const Bytes blob{0, 1, 255, 0};
  auto insert = db.prepare("INSERT INTO t VALUES (?1, ?2, ?3)");
  ASSERT_TRUE(insert);
  ASSERT_TRUE(
      insert->bind(1, std::int64_t{1} << 62).bind(2, std::string("a\0b", 3)).bind(3, blob).run());
  EXPECT_EQ(db.changes(), 1);
  auto query = db.prepare("SELECT id, a, b FROM t");
  ASSERT_TRUE(*query->step());
  EXPECT_EQ(query->integer(0), std::int64_t{1} << 62);
  EXPECT_EQ(query->text(1), std::string("a\0b", 3));
  EXPECT_EQ(query->blob(2), blob);
  EXPECT_FALSE(*query->step());
}

TEST(Statement, EmptyIsNotNull) {
  Database db = with_table();
  auto insert = db.prepare("INSERT INTO t VALUES (?1, ?2, ?3)");
  ASSERT_TRUE(insert->bind(1, 1).bind(2, std::string_view()).bind(3, ByteView()).run());
  ASSERT_TRUE(insert->bind(1, 2).bind(2, std::nullopt).bind(3, std::optional<Bytes>()).run());
  auto query = db.prepare("SELECT a, b FROM t ORDER BY id");
  ASSERT_TRUE(*query->step());
  EXPECT_FALSE(query->is_null(0));
  EXPECT_FALSE(query->is_null(1));
  ASSERT_TRUE(*query->step());
  EXPECT_TRUE(query->is_null(0));
  EXPECT_TRUE(query->is_null(1));
  EXPECT_EQ(query->text(0), "");
}

TEST(Statement, ResetForgetsTheBindings) {
  Database db = with_table();
  auto insert = db.prepare("INSERT INTO t (a) VALUES (?1)");
  ASSERT_TRUE(insert->bind(1, "x").run());
  ASSERT_TRUE(insert->run());
  auto query = db.prepare("SELECT a FROM t ORDER BY id DESC");
  ASSERT_TRUE(*query->step());
  EXPECT_TRUE(query->is_null(0));
}

TEST(Statement, AConstraintIsAConflictThatNamesNoValue) {
  Database db = with_table();
  auto insert = db.prepare("INSERT INTO t (a) VALUES (?1)");
  ASSERT_TRUE(insert->bind(1, "secret-value").run());
  auto again = insert->bind(1, "secret-value").run();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_NE(again.error().detail.find("t.a"), std::string::npos) << again.error().detail;
  EXPECT_EQ(again.error().detail.find("secret-value"), std::string::npos);
}

TEST(Statement, OurOwnMistakesComeOutAsIo) {
  Database db = with_table();
  EXPECT_EQ(db.prepare("SELEKT 1").error().code, Errc::io);
  EXPECT_EQ(db.prepare("SELECT 1; DROP TABLE t").error().code, Errc::io);
  EXPECT_EQ(db.prepare("  ").error().code, Errc::io);
  EXPECT_EQ(db.execute("SELECT \"no such column\" FROM t").error().code, Errc::io);
}

TEST(StatementDeathTest, AParameterThatDoesNotExistIsABrokenPromise) {
  Database db = with_table();
  auto insert = db.prepare("INSERT INTO t (a) VALUES (?1)");
  EXPECT_DEATH(insert->bind(2, 1), "parameter");
}

TEST(Database, ANewFileIsPrivateWhateverTheUmask) {
  Folder folder;
  const mode_t old = ::umask(0);
  auto db = Database::open(folder / "a.db");
  ::umask(old);
  ASSERT_TRUE(db) << db.error().detail;
  ASSERT_TRUE(db->execute("CREATE TABLE t (a)"));
  EXPECT_EQ(mode_of(folder / "a.db"), 0600U);
  EXPECT_EQ(mode_of(folder / "a.db-wal"), 0600U);
}

TEST(Database, OpensDurableWithKeysChecked) {
  Folder folder;
  auto db = Database::open(folder / "a.db");
  const auto pragma = [&](std::string_view name) {
    auto query = db->prepare("PRAGMA " + std::string(name));
    EXPECT_TRUE(*query->step());
    return query->text(0);
  };
  EXPECT_EQ(pragma("journal_mode"), "wal");
  EXPECT_EQ(pragma("synchronous"), "2");
  EXPECT_EQ(pragma("foreign_keys"), "1");
  EXPECT_EQ(pragma("secure_delete"), "1");
}

TEST(Database, AFileThatIsNoDatabaseIsInvalid) {
  Folder folder;
  std::ofstream(folder / "a.db") << std::string(8192, 'x');
  auto db = Database::open(folder / "a.db");
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code, Errc::invalid) << db.error().detail;
  EXPECT_NE(db.error().detail.find("a.db"), std::string::npos);
}

TEST(Database, AMissingFileIsNotMadeUnlessAskedFor) {
  Folder folder;
  EXPECT_EQ(Database::open(folder / "a.db", {.create = false}).error().code, Errc::io);
  EXPECT_FALSE(fs::exists(folder / "a.db"));
  EXPECT_EQ(Database::open(folder / "none/a.db").error().code, Errc::io);
}

TEST(Database, ReadOnlyRefusesToWrite) {
  Folder folder;
  ASSERT_TRUE(Database::open(folder / "a.db")->execute("CREATE TABLE t (a)"));
  auto db = Database::open(folder / "a.db", {.read_only = true});
  ASSERT_TRUE(db) << db.error().detail;
  EXPECT_EQ(count(*db), 0);
  EXPECT_FALSE(db->execute("INSERT INTO t VALUES (1)"));
}

TEST(Database, ASecondWriterIsToldThatItIsBusy) {
  Folder folder;
  auto first = Database::open(folder / "a.db");
  auto second = Database::open(folder / "a.db", {.busy_timeout = std::chrono::milliseconds(1)});
  auto held = Transaction::begin(*first);
  ASSERT_TRUE(held);
  EXPECT_EQ(Transaction::begin(*second).error().code, Errc::unavailable);
}

TEST(Database, FullIsStorageFullAndTheOldRowsStay) {
  Folder folder;
  auto db = Database::open(folder / "a.db");
  ASSERT_TRUE(db->execute("CREATE TABLE t (a); INSERT INTO t VALUES (1); PRAGMA max_page_count=4"));
  auto full = db->execute("INSERT INTO t VALUES (zeroblob(100000))");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::storage_full) << full.error().detail;
  EXPECT_EQ(count(*db), 1);
}

TEST(Database, AFileSizeLimitIsStorageFullToo) {
  Folder folder;
  auto db = Database::open(folder / "a.db");
  ASSERT_TRUE(db->execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit small{.rlim_cur = 64 * 1024, .rlim_max = old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  auto full = db->execute("INSERT INTO t VALUES (zeroblob(200000))");
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::storage_full) << full.error().detail;
  EXPECT_EQ(count(*db), 1);
}

TEST(Database, MigratesStepByStepAndOnlyOnce) {
  Database db = *Database::in_memory();
  const std::vector<std::string_view> one{"CREATE TABLE t (a)"};
  const std::vector<std::string_view> two{
      one[0], "ALTER TABLE t ADD COLUMN b; INSERT INTO t VALUES (1, 2)"};
  ASSERT_TRUE(db.migrate(one));
  ASSERT_TRUE(db.migrate(two));
  ASSERT_TRUE(db.migrate(two));
  EXPECT_EQ(count(db), 1);
}

TEST(Database, AFailedStepLeavesTheSchemaBeforeIt) {
  Database db = *Database::in_memory();
  const std::vector<std::string_view> steps{"CREATE TABLE t (a)",
                                            "CREATE TABLE u (a); CREATE TABLE t (a)"};
  EXPECT_FALSE(db.migrate(steps));
  EXPECT_EQ(count(db), 0);
  EXPECT_FALSE(db.prepare("SELECT * FROM u"));
  auto version = db.prepare("PRAGMA user_version");
  ASSERT_TRUE(*version->step());
  EXPECT_EQ(version->integer(0), 1);
}

TEST(Database, ANewerSchemaIsRefusedAndUnchanged) {
  Database db = *Database::in_memory();
  ASSERT_TRUE(db.execute("PRAGMA user_version=3"));
  const std::vector<std::string_view> steps{"CREATE TABLE t (a)"};
  auto refused = db.migrate(steps);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_EQ(refused.error().detail, "made by a newer version (schema 3; this program knows 1)");
  EXPECT_FALSE(db.prepare("SELECT * FROM t"));
}

TEST(Database, ABackupIsWholePrivateAndNeverOverwrites) {
  Folder folder;
  auto db = Database::open(folder / "a.db");
  ASSERT_TRUE(db->execute("CREATE TABLE t (a); INSERT INTO t VALUES (1); PRAGMA user_version=7"));
  ASSERT_TRUE(db->backup_to(folder / "copy.db"));
  EXPECT_EQ(mode_of(folder / "copy.db"), 0600U);
  EXPECT_FALSE(fs::exists(folder / "copy.db-wal"));
  EXPECT_EQ(db->backup_to(folder / "copy.db").error().code, Errc::conflict);
  auto copy = Database::open(folder / "copy.db");
  ASSERT_TRUE(copy);
  EXPECT_EQ(count(*copy), 1);
}

TEST(Transaction, WithoutCommitNothingHappened) {
  Database db = with_table();
  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(db.execute("INSERT INTO t (a) VALUES ('x')"));
  }
  EXPECT_EQ(count(db), 0);
  auto transaction = Transaction::begin(db);
  ASSERT_TRUE(db.execute("INSERT INTO t (a) VALUES ('x')"));
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(count(db), 1);
}

TEST(Transaction, AFailedCommitRollsBack) {
  Database db = with_table();
  ASSERT_TRUE(
      db.execute("CREATE TABLE child (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)"));
  auto transaction = Transaction::begin(db);
  ASSERT_TRUE(db.execute("INSERT INTO child VALUES (99)"));
  EXPECT_EQ(transaction->commit().error().code, Errc::conflict);
  EXPECT_EQ(count(db, "child"), 0);
  EXPECT_TRUE(Transaction::begin(db));
}

TEST(Database, ANewFileTakesPageSizeAndVacuumingAndAnOldOneKeepsItsOwn) {
  const Folder folder;
  const auto pragma = [](Database& db, std::string_view name) {
    auto query = db.prepare("PRAGMA " + std::string(name)).value();
    EXPECT_TRUE(query.step().value());
    return query.integer(0);
  };
  for (const int asked : {8192, 16384}) {
    auto db =
        Database::open(folder / "a.db", {.page_size = asked, .incremental_vacuum = true}).value();
    ASSERT_TRUE(db.execute("CREATE TABLE IF NOT EXISTS t (x)"));
    EXPECT_EQ(pragma(db, "page_size"), 8192);
    EXPECT_EQ(pragma(db, "auto_vacuum"), 2);
  }
}

}  // namespace
}  // namespace keyferry::sql
