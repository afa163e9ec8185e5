// The table of cells, as one connection sees it.
//
// A cell stands at a place, a number that rises with each new cell: what is made together stands
// together, ends together mostly, and is written together. CellPlaces knows the places by key; one
// index, by deadline, finds what is due, and the keys again when the store is opened. The parts of
// cells stand in a table of their own, so that a change writes none that stays.
#pragma once

#include <optional>
#include <vector>

#include "keyferry/sql/database.h"
#include "keyferry/store/cell_places.h"
#include "keyferry/store/cell_record.h"
#include "keyferry/store/sqlite_parts.h"
#include "keyferry/store/store.h"

namespace keyferry::store {

// migrate_cells brings the file's schema up to date. Errors: as sql::Database::migrate.
Result<Done> migrate_cells(sql::Database& db);

// read_counts lists the cells per secret.
Result<std::vector<CellCount>> read_counts(sql::Database& db);

// read_places puts every cell's place into `places`. Costs half a microsecond a cell. Errors:
// invalid (two cells with one key), io.
Result<Done> read_places(sql::Database& db, CellPlaces& places);

// CellInfo is all that a change must know of what it replaces.
struct CellInfo {
  std::int64_t place = 0;
  std::uint64_t version = 0;
  Time deadline{};
  bool has_remains = false;
  Time remains_until{};
  std::uint32_t secret_id = 0;
  std::size_t size = 0;  // octets of value, remains and parts
  bool has_parts = false;
  std::vector<PartInfo> parts;  // as CellWriter::find found them

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
  // find reads the cell of `key` at `place`; nothing if it is not there any more.
  Result<std::optional<Cell>> find(std::int64_t place, const CellKey& key);

 private:
  CellReader(sql::Statement find, PartReader parts)
      : find_(std::move(find)), parts_(std::move(parts)) {}
  sql::Statement find_;
  PartReader parts_;
};

// CellWriter changes cells inside the caller's transaction.
class CellWriter {
 public:
  static Result<CellWriter> prepare(sql::Database& db);

  // find tells what stands at a place where a cell must stand; else io.
  Result<CellInfo> find(std::int64_t place);
  // insert puts a new cell at a free place, the last one. Returns how many octets of value, remains
  // and parts it wrote.
  Result<std::size_t> insert(std::int64_t place, const CellKey& key, const Cell& cell);
  // replace writes `cell` where `old` stands: of the parts those that `old` has not. Returns as
  // insert.
  Result<std::size_t> replace(const CellInfo& old, const Cell& cell);
  Result<Done> erase(const CellInfo& old);
  // erase_parts takes the parts of a cell away; `old` knows it then.
  Result<Done> erase_parts(CellInfo& old);
  // cut puts the remains in place of value and parts.
  Result<Done> cut(const CellInfo& old);
  // due lists up to `most` cells whose deadline `now` has reached, the oldest first, without their
  // parts.
  Result<std::vector<DueCell>> due(Time now, std::size_t most);

  Result<Done> set_count(const CellCount& count);

 private:
  CellWriter(CellRecord record, PartWriter parts) : record_(record), parts_(std::move(parts)) {}
  CellRecord record_;
  PartWriter parts_;
  std::optional<sql::Statement> find_, insert_, update_, move_, erase_, cut_, due_, set_count_,
      drop_count_;
};

// move_old_cells brings cells of the first schema to their places; after migrate_cells, before
// read_places. All at once or not at all. Errors: io, storage_full.
Result<Done> move_old_cells(sql::Database& db, CellWriter& cells);

}  // namespace keyferry::store
