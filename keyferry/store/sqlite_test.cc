#include "keyferry/store/sqlite.h"

#include <fstream>

#include <gmock/gmock.h>

#include "keyferry/file/temporary_folder_test.h"
#include "keyferry/sql/database.h"
#include "keyferry/store/conformance_test.h"
#include "keyferry/store/sqlite_writer.h"

namespace keyferry::store {
namespace {

using file::TemporaryFolder;
using testing::HasSubstr;

constexpr std::size_t kReserve = 64 << 10;

std::unique_ptr<Store> open(const TemporaryFolder& folder) {
  return open_sqlite_store({.folder = folder.path(), .opened = kStart, .reserve = kReserve})
      .value();
}

// The cache changes no answer, whether it holds everything, next to nothing or nothing at all.
template <std::size_t cache>
struct SqliteEngine {
  TemporaryFolder folder;
  std::unique_ptr<Store> open() {
    return open_sqlite_store({folder.path(), kStart, kReserve, cache}).value();
  }
};
using SqliteEngines =
    testing::Types<SqliteEngine<32 << 20>, SqliteEngine<16 * 1000>, SqliteEngine<0>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreConformance, SqliteEngines);

std::string octets_of(const TemporaryFolder& folder, std::string_view only = "") {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (!only.empty() && entry.path().filename() != only) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

TEST(SqliteStore, WhatWasAcknowledgedOutlivesTheProcess) {
  const TemporaryFolder folder;
  Cell cell = cell_of("value");
  cell.remains = {1, 2};
  cell.remains_until = kEnd + std::chrono::hours(1);
  {
    const auto store = open(folder);
    cell.version = change(*store, key_of(1), 0, cell).value();
  }
  const auto store = open(folder);
  EXPECT_EQ(store->get(key_of(1), kStart).value(), cell);
  EXPECT_EQ(store->counts(), (std::vector<CellCount>{{1, 1}}));
}

TEST(SqliteStore, VersionsRiseAcrossOpenings) {
  const TemporaryFolder folder;
  std::uint64_t before = 0;
  {
    const auto store = open(folder);
    before = change(*store, key_of(1), 0, cell_of("value")).value();
  }
  const auto store = open_sqlite_store({folder.path(), kStart + Duration(1), kReserve}).value();
  EXPECT_GT(change(*store, key_of(2), 0, cell_of("value")).value(), before);
}

// Every way in which content ends: overwritten, deleted, expired with and without remains. Many
// cells, so that pages split and merge and content is copied about.
TEST(SqliteStore, AfterASweepNothingOfWhatEndedIsOnTheDisk) {
  const TemporaryFolder folder;
  const auto store = open(folder);
  std::string filler(900, 'f');
  for (std::uint32_t i = 0; i < 400; ++i) {
    const std::string name = "SECRET-CONTENT-" + std::to_string(i) + "-";
    Cell cell = cell_of(name + filler.substr(0, 100 + (i * 37) % 800),
                        kStart + std::chrono::seconds(1 + i % 7));
    if (i % 2) {
      cell.remains = copy_of(bytes_of("tombstone"));
      cell.remains_until = kEnd;
    }
    for (std::uint64_t number = 0; number < i % 4; ++number) {
      cell.parts.push_back(part_of(number, name + filler.substr(0, i)));
    }
    const auto version = change(*store, key_of(i), 0, cell);
    const auto end = i % 3 == 0 ? std::optional(cell_of("overwritten")) : std::nullopt;
    if (i % 3 < 2) {
      ASSERT_TRUE(change(*store, key_of(i), *version, end));
    }
  }
  EXPECT_THAT(octets_of(folder), HasSubstr("SECRET-CONTENT-"));
  const Time later = kStart + std::chrono::seconds(10);
  while (store->sweep(later, 50).value() == 50) continue;
  EXPECT_EQ(octets_of(folder).find("SECRET-CONTENT-"), std::string::npos);
  EXPECT_THAT(octets_of(folder), HasSubstr("overwritten"));
}

Result<std::uint64_t> change(SqliteWriter& writer, std::uint32_t number, std::uint64_t expected,
                             std::optional<Cell> cell) {
  std::promise<Result<std::uint64_t>> promise;
  writer.post({key_of(number), expected, std::move(cell)}, kStart,
              [&](Result<std::uint64_t> done) { promise.set_value(std::move(done)); });
  return promise.get_future().get();
}

//= spec:quality#1-gone test
TEST(SqliteStore, WhatEndedIsOutOfMemoryTooAfterASweep) {
  const TemporaryFolder folder;
  auto db = sql::Database::open(folder / "cells.db").value();
  ASSERT_TRUE(migrate_cells(db));
  auto cells = CellWriter::prepare(db).value();
  CellMemory memory(1 << 20);
  SqliteWriter writer(std::move(db), std::move(cells), memory,
                      {.folder = folder.path(), .opened = kStart}, {}, sql::Reserve({}, 0), false);
  Cell cell = cell_of("content");
  ASSERT_TRUE(change(writer, 1, 0, cell));
  const auto deleted = change(writer, 2, 0, cell);
  cell.remains = copy_of(bytes_of("tombstone"));
  cell.remains_until = kEnd + std::chrono::hours(1);
  ASSERT_TRUE(change(writer, 3, 0, cell));
  const std::size_t all = memory.cache.octets();
  ASSERT_TRUE(change(writer, 2, *deleted, std::nullopt));
  EXPECT_LT(memory.cache.octets(), all);
  EXPECT_EQ(writer.sweep(kEnd, 10).value(), 2u);
  EXPECT_EQ(memory.cache.octets(), 0u);
  EXPECT_EQ(memory.places.size(), 1u) << "the tombstone";
}

// SQLite leaves copies of rows in the leaves of a table, so no value may ever lie in one.
TEST(SqliteStore, NoValueLiesInALeafOfTheTable) {
  const TemporaryFolder folder;
  const auto store = open(folder);
  for (std::uint32_t i = 0; i < 300; ++i) {
    Cell cell = cell_of("SECRET-CONTENT-" + std::string(24 + i * 23, 's'));
    cell.remains = Bytes(i % 50, 1);
    cell.remains_until = i % 50 > 0 ? kEnd : Time();
    cell.secret_id = i % 4 == 0 ? 0xffffffff : i;
    for (std::uint64_t number = 0; number < i % 3; ++number) {
      cell.parts.push_back(part_of(number << i % 60, std::string(3 + i * 23, 's')));
    }
    const auto version = change(*store, key_of(i), 0, cell);
    // What a claim adds; the shortest stays as short as a drop can be.
    if (i > 0) cell.value.resize(cell.value.size() + 33);
    ASSERT_TRUE(change(*store, key_of(i), *version, cell));
  }
  while (store->sweep(kStart, 1).value() == 1) continue;
  const std::string file = octets_of(folder, "cells.db");
  constexpr std::size_t kPage = 2048;
  int leaves = 0;
  int contents = 0;
  for (std::size_t page = 0; page < file.size(); page += kPage) {
    const bool has_content = file.substr(page, kPage).find("sss") != std::string::npos;
    const bool leaf = file[page] == 13;
    leaves += leaf;
    contents += has_content;
    EXPECT_FALSE(leaf && has_content) << page;
  }
  EXPECT_GT(leaves, 20);
  EXPECT_GE(contents, 300);
}

// The schema of the first release, with its rows.
TEST(SqliteStore, AStoreOfTheFirstSchemaIsReadAndGoesOn) {
  const TemporaryFolder folder;
  {
    auto db = sql::Database::open(folder / "cells.db", {.incremental_vacuum = true}).value();
    ASSERT_TRUE(db.execute(R"(
CREATE TABLE cell (deadline INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL,
  value BLOB NOT NULL, remains BLOB NOT NULL, remains_until INTEGER NOT NULL,
  secret_id INTEGER NOT NULL, PRIMARY KEY (deadline, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX cell_by_id ON cell (id);
CREATE TABLE cell_count (secret_id INTEGER PRIMARY KEY, cells INTEGER NOT NULL) STRICT;
INSERT INTO cell_count VALUES (1, 2);
PRAGMA user_version = 1)"));
    auto insert = db.prepare("INSERT INTO cell VALUES (?1, ?2, ?3, ?4, x'01', ?5, 1)").value();
    for (const std::uint32_t number : {1U, 2U}) {
      insert.bind(1, unix_ms(kEnd) - number).bind(2, ByteView(key_of(number).octets));
      insert.bind(3, std::int64_t{100} - number).bind(4, bytes_of("OLD")).bind(5, unix_ms(kEnd));
      ASSERT_TRUE(insert.run());
    }
  }
  const auto store = open(folder);
  Cell old = cell_of("OLD", kEnd - Duration(2));
  old.version = 98;
  old.remains = {1};
  old.remains_until = kEnd;
  EXPECT_EQ(store->get(key_of(2), kStart).value(), old);
  EXPECT_EQ(change(*store, key_of(1), 0, cell_of("x")).error().code, Errc::conflict);
  ASSERT_TRUE(change(*store, key_of(1), 99, cell_of("new", kEnd + std::chrono::hours(1))));
  EXPECT_EQ(store->counts(), (std::vector<CellCount>{{1, 2}}));
  EXPECT_EQ(store->sweep(kEnd, 10).value(), 1u);
  EXPECT_EQ(octets_of(folder).find("OLD"), std::string::npos);
  EXPECT_EQ(store->get(key_of(1), kEnd).value()->value, copy_of(bytes_of("new")));
}

// The second schema kept no parts.
TEST(SqliteStore, AStoreOfTheSchemaWithoutPartsIsReadAndGoesOn) {
  const TemporaryFolder folder;
  {
    auto db = sql::Database::open(folder / "cells.db", {.incremental_vacuum = true}).value();
    ASSERT_TRUE(db.execute(R"(
CREATE TABLE cell (place INTEGER PRIMARY KEY, id BLOB NOT NULL, deadline INTEGER NOT NULL,
  version INTEGER NOT NULL, remains_until INTEGER NOT NULL, secret_id INTEGER NOT NULL,
  remains BLOB NOT NULL, filler BLOB NOT NULL, value BLOB NOT NULL) STRICT;
CREATE INDEX cell_by_deadline ON cell (deadline, id);
CREATE TABLE cell_count (secret_id INTEGER PRIMARY KEY, cells INTEGER NOT NULL) STRICT;
INSERT INTO cell_count VALUES (1, 2);
PRAGMA user_version = 2)"));
    auto insert =
        db.prepare("INSERT INTO cell VALUES (?1, ?2, ?3, ?1, 0, 1, x'', zeroblob(500), ?4)")
            .value();
    const std::string old = "OLD" + std::string(9000, 'o');
    for (const std::uint32_t number : {1U, 2U}) {
      insert.bind(1, std::int64_t{100} + number).bind(2, ByteView(key_of(number).octets));
      insert.bind(3, unix_ms(kEnd)).bind(4, bytes_of(old));
      ASSERT_TRUE(insert.run());
    }
  }
  const auto store = open(folder);
  EXPECT_EQ(store->get(key_of(2), kStart).value()->version, 102u);
  Cell cell = cell_of("new", kEnd + std::chrono::hours(1));
  cell.parts = {part_of(1, "part")};
  cell.version = change(*store, key_of(1), 101, cell).value();
  EXPECT_EQ(store->get(key_of(1), kStart).value(), cell);
  EXPECT_EQ(store->sweep(kEnd, 10).value(), 1u);
  EXPECT_EQ(octets_of(folder).find("OLD"), std::string::npos);
  EXPECT_EQ(octets_of(folder).find("ooo"), std::string::npos);
}

// Octets that this process has handed to the kernel to write.
std::uint64_t written() {
  std::ifstream io("/proc/self/io");
  std::string word;
  std::uint64_t count = 0;
  while (io >> word >> count && word != "wchar:") continue;
  return count;
}

//= spec:tigress#TML-9 test
TEST(SqliteStore, AChangeWritesNoPartThatStays) {
  const TemporaryFolder folder;
  const auto store = open(folder);
  constexpr std::uint64_t kChanges = 20;
  const auto cost = [&](std::uint32_t number, std::uint64_t parts) {
    Cell cell = cell_of(std::string(200, 'v'));
    for (std::uint64_t i = 0; i < parts; ++i) {
      cell.parts.push_back(part_of(i, std::string(60'000, 'p')));
    }
    cell.version = change(*store, key_of(number), 0, cell).value();
    const std::uint64_t before = written();
    for (std::uint64_t i = 1; i <= kChanges; ++i) {
      if (i > 1) cell.parts.pop_back();
      cell.parts.push_back(part_of(100 + i, "short"));
      cell.version = change(*store, key_of(number), cell.version, cell).value();
    }
    EXPECT_EQ(store->get(key_of(number), kStart).value(), cell);
    return (written() - before) / kChanges;
  };
  const std::uint64_t alone = cost(1, 0);
  const std::uint64_t beside_many = cost(2, 8);
  EXPECT_GT(alone, 2000u) << "the counter counts";
  EXPECT_LT(beside_many, 2 * alone) << "with 480 kB that stay";
}

TEST(SqliteStore, TwoCellsWithOneKeyAreADamagedStore) {
  const TemporaryFolder folder;
  {
    const auto store = open(folder);
    ASSERT_TRUE(change(*store, key_of(1), 0, cell_of("value")));
  }
  {
    auto db = sql::Database::open(folder / "cells.db").value();
    ASSERT_TRUE(
        db.execute("INSERT INTO cell SELECT place + 1, id, deadline, version, "
                   "remains_until, secret_id, remains, filler, value, has_parts FROM cell"));
  }
  const auto damaged = open_sqlite_store({.folder = folder.path(), .opened = kStart});
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().detail, HasSubstr("two stored cells have the same key"));
}

TEST(SqliteStore, ANewerStoreIsRefusedUnchanged) {
  const TemporaryFolder folder;
  open(folder);
  {
    auto db = sql::Database::open(folder / "cells.db").value();
    ASSERT_TRUE(db.execute("PRAGMA user_version = 99"));
  }
  const auto newer = open_sqlite_store({folder.path(), kStart, kReserve});
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, Errc::unavailable);
  EXPECT_THAT(newer.error().detail, HasSubstr("made by a newer version"));
  EXPECT_THAT(newer.error().detail, HasSubstr(folder.path().string()));
}

TEST(SqliteStore, WhatIsNoDatabaseIsRefusedWithItsName) {
  const TemporaryFolder folder;
  std::ofstream(folder / "cells.db") << std::string(8192, 'x');
  const auto garbage = open_sqlite_store({folder.path(), kStart, kReserve});
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, Errc::invalid);
  EXPECT_THAT(garbage.error().detail, HasSubstr("cells.db"));
}

TEST(SqliteStore, AFolderThatDoesNotExistIsAnErrorThatSaysSo) {
  const TemporaryFolder folder;
  const auto missing = open_sqlite_store({folder / "nowhere", kStart, kReserve});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().detail, HasSubstr("nowhere"));
}

TEST(SqliteStore, ItsFilesAreClosedToOthers) {
  const TemporaryFolder folder;
  const auto store = open(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_EQ(file::mode_of(entry.path()), 0600u) << entry.path();
  }
}

}  // namespace
}  // namespace keyferry::store
