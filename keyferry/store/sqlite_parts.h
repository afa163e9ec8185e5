// The table of the cells' parts, as one connection sees it. A part belongs to the place of its
// cell.
#pragma once

#include <span>
#include <vector>

#include "keyferry/sql/database.h"
#include "keyferry/store/cell_record.h"
#include "keyferry/store/store.h"

namespace keyferry::store {

// PartInfo is where a part stands, and what a change must know of it.
struct PartInfo {
  std::int64_t place = 0;
  std::uint64_t number = 0;
  std::size_t size = 0;
};

// PartReader finds parts; for read connections.
class PartReader {
 public:
  static Result<PartReader> prepare(sql::Database& db);
  // find reads all parts of the cell at `cell`, by rising numbers.
  Result<std::vector<Part>> find(std::int64_t cell);

 private:
  explicit PartReader(sql::Statement find) : find_(std::move(find)) {}
  sql::Statement find_;
};

// PartWriter changes parts inside the caller's transaction.
class PartWriter {
 public:
  static Result<PartWriter> prepare(sql::Database& db, CellRecord record);
  Result<std::vector<PartInfo>> find(std::int64_t cell);
  // replace leaves the cell with `parts` where it has `old`: what has a number of those stays as it
  // stands. Returns how many octets it wrote.
  Result<std::size_t> replace(std::int64_t cell, std::span<const PartInfo> old,
                              std::span<const Part> parts);
  Result<Done> erase_all(std::int64_t cell);

 private:
  explicit PartWriter(CellRecord record) : record_(record) {}
  CellRecord record_;
  std::optional<sql::Statement> find_, insert_, erase_, erase_all_;
};

}  // namespace keyferry::store
