// The table of cells, as one connection sees it.
//
// Cells are clustered by deadline, so that expiring removes neighbours; a unique index finds them
// by id. Every column but the two is rewritten by each change.
#pragma once

#include <optional>
#include <vector>

#include "keyferry/sql/database.h"
#include "keyferry/store/store.h"

namespace keyferry::store {

// migrate_cells brings the file's schema up to date. Errors: as sql::Database::migrate.
Result<Done> migrate_cells(sql::Database& db);

// read_counts lists the cells per secret.
Result<std::vector<CellCount>> read_counts(sql::Database& db);

// CellInfo is all that a change must know of what it replaces.
struct CellInfo {
  std::uint64_t version = 0;
  Time deadline{};
  bool has_remains = false;
  Time remains_until{};
  std::uint32_t secret_id = 0;
  std::size_t size = 0;  // octets of value and remains

  // version_at is the version that Store::get sees at `now`; 0 if it sees nothing.
  std::uint64_t version_at(Time now) const;
};

// DueCell is a cell whose value is past its deadline.
struct DueCell {
  CellKey key;
  CellInfo info;
};

// CellReader finds cells; for read connections.
class CellReader {
 public:
  static Result<CellReader> prepare(sql::Database& db);
  Result<std::optional<Cell>> find(const CellKey& key);

 private:
  explicit CellReader(sql::Statement find) : find_(std::move(find)) {}
  sql::Statement find_;
};

// CellWriter changes cells inside the caller's transaction.
class CellWriter {
 public:
  static Result<CellWriter> prepare(sql::Database& db);

  Result<std::optional<CellInfo>> find(const CellKey& key);
  Result<Done> insert(const CellKey& key, const Cell& cell);
  // replace writes `cell` where `old` stands.
  Result<Done> replace(const CellKey& key, const CellInfo& old, const Cell& cell);
  Result<Done> erase(const CellKey& key, const CellInfo& old);
  // cut puts the remains in place of the value.
  Result<Done> cut(const CellKey& key, const CellInfo& old);
  // due lists up to `most` cells whose deadline `now` has reached, the oldest first.
  Result<std::vector<DueCell>> due(Time now, std::size_t most);

  Result<Done> set_count(const CellCount& count);

 private:
  CellWriter() = default;
  std::optional<sql::Statement> find_, insert_, update_, erase_, cut_, due_, set_count_,
      drop_count_;
};

}  // namespace keyferry::store
