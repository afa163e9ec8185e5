// A stack of idle connections: a read takes one or opens one, and gives it back unless it failed.
#include "keyferry/store/sqlite_readers.h"

namespace keyferry::store {

Result<std::optional<Cell>> SqliteReaders::find(std::int64_t place, const CellKey& key) {
  KF_TRY(auto reader, take());
  auto cell = reader->cells.find(place, key);
  // A connection that failed is not used again.
  if (cell) give_back(std::move(reader));
  return cell;
}

Result<std::unique_ptr<SqliteReaders::Reader>> SqliteReaders::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  KF_TRY(auto db, sql::Database::open(path_, {.create = false, .read_only = true}));
  KF_TRY(auto cells, CellReader::prepare(db));
  return std::make_unique<Reader>(std::move(db), std::move(cells));
}

void SqliteReaders::give_back(std::unique_ptr<Reader> reader) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace keyferry::store
