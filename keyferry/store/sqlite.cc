// A read asks the cache, then the place, then a read connection; every change goes to the one
// writer.
#include "keyferry/store/sqlite.h"

#include "keyferry/store/cell_cache.h"
#include "keyferry/store/sqlite_cells.h"
#include "keyferry/store/sqlite_readers.h"
#include "keyferry/store/sqlite_writer.h"

namespace keyferry::store {
namespace {

// A mailbox of a kilobyte fits one overflow page of this size (cell_record.h).
constexpr int kPageSize = 2048;
// Pages in the log before they are moved into the file: 8 MB. Each sweep empties it too.
constexpr std::string_view kCheckpointSeldom = "PRAGMA wal_autocheckpoint=4000";

//= spec:tigress#REL-05
//= spec:tigress#REQ-04
class SqliteStore final : public Store {
 public:
  SqliteStore(std::filesystem::path path, std::unique_ptr<CellMemory> memory,
              std::unique_ptr<SqliteWriter> writer)
      : readers_(std::move(path)), memory_(std::move(memory)), writer_(std::move(writer)) {}

  Result<std::optional<Cell>> get(const CellKey& key, Time now) override {
    CellCache::Ticket ticket;
    std::optional<Cell> cell = memory_->cache.find(key, ticket);
    if (!cell) {
      const std::int64_t place = memory_->places.find(key);
      if (place == 0) return std::optional<Cell>();
      KF_TRY(cell, readers_.find(place, key));
      // Deleted since we looked for its place.
      if (!cell) return std::optional<Cell>();
      memory_->cache.fill(key, *cell, ticket);
    }
    return cell_at(*std::move(cell), now);
  }

  void compare_and_set(Change change, Time now, ChangeDone done) override {
    writer_->post(std::move(change), now, std::move(done));
  }

  Result<std::size_t> sweep(Time now, std::size_t most) override {
    return writer_->sweep(now, most);
  }

  std::vector<CellCount> counts() const override { return writer_->counts(); }
  bool short_of_space() const override { return writer_->short_of_space(); }

  Result<Done> check() override {
    KF_TRY(writer_->check());
    KF_TRY(readers_.find(0, CellKey{}));
    return Done{};
  }

 private:
  SqliteReaders readers_;
  std::unique_ptr<CellMemory> memory_;
  std::unique_ptr<SqliteWriter> writer_;  // ends before the memory that it keeps up to date
};

Result<std::unique_ptr<Store>> open_file(const SqliteOptions& options, const sql::Reserve& reserve,
                                         bool short_of_space) {
  const std::filesystem::path path = options.folder / "cells.db";
  KF_TRY(auto db,
         sql::Database::open(
             path, {.gather_log = true, .page_size = kPageSize, .incremental_vacuum = true}));
  KF_TRY(db.execute(kCheckpointSeldom));
  KF_TRY(migrate_cells(db));
  KF_TRY(auto cells, CellWriter::prepare(db));
  KF_TRY(move_old_cells(db, cells));
  KF_TRY(const auto counts, read_counts(db));
  auto memory = std::make_unique<CellMemory>(options.cache);
  KF_TRY(read_places(db, memory->places));
  auto writer = std::make_unique<SqliteWriter>(std::move(db), std::move(cells), *memory, options,
                                               counts, reserve, short_of_space);
  return std::make_unique<SqliteStore>(path, std::move(memory), std::move(writer));
}

// On a full disk the store still opens, if need be at the cost of the reserve.
Result<std::unique_ptr<Store>> open_in_any_space(const SqliteOptions& options) {
  sql::Reserve reserve(options.folder / "reserve", options.reserve);
  const auto reserved = reserve.make();
  if (!reserved && reserved.error().code != Errc::storage_full) return reserved.error();
  auto store = open_file(options, reserve, !reserved);
  if (store || store.error().code != Errc::storage_full || !reserve.give_up()) return store;
  return open_file(options, reserve, true);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options) {
  auto store = open_in_any_space(options);
  if (!store) return in_context("store " + options.folder.string(), store.error());
  return store;
}

}  // namespace keyferry::store
