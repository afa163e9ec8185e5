// Read connections, as many as threads read at once.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "keyferry/store/sqlite_cells.h"

namespace keyferry::store {

// SqliteReaders hands each read a connection of its own. Thread-safe.
class SqliteReaders {
 public:
  explicit SqliteReaders(std::filesystem::path path) : path_(std::move(path)) {}

  // find reads the latest committed state of `key` at `place`.
  Result<std::optional<Cell>> find(std::int64_t place, const CellKey& key);

 private:
  struct Reader {
    sql::Database db;
    CellReader cells;
  };
  Result<std::unique_ptr<Reader>> take();
  void give_back(std::unique_ptr<Reader> reader);

  std::filesystem::path path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_;
};

}  // namespace keyferry::store
