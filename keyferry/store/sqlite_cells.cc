#include "keyferry/store/sqlite_cells.h"

#include <algorithm>
#include <array>

namespace keyferry::store {
namespace {

// All that is kept: keyed hashes, the sealed message, the sender's display text, a deadline.
//= spec:tigress#REL-06
//= spec:tigress#PRV-02
constexpr std::array<std::string_view, 1> kSteps = {R"(
CREATE TABLE cell (
  deadline INTEGER NOT NULL,       -- Unix milliseconds
  id BLOB NOT NULL,                -- 32 octets
  version INTEGER NOT NULL,
  value BLOB NOT NULL,
  remains BLOB NOT NULL,           -- empty: nothing remains
  remains_until INTEGER NOT NULL,  -- Unix milliseconds
  secret_id INTEGER NOT NULL,
  PRIMARY KEY (deadline, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX cell_by_id ON cell (id);
CREATE TABLE cell_count (
  secret_id INTEGER PRIMARY KEY,
  cells INTEGER NOT NULL
) STRICT;
)"};

Time time_at(const sql::Statement& row, int column) {
  return from_unix_ms(row.integer(column));
}

// Columns: version, deadline, has remains, remains_until, secret_id, size.
CellInfo info_at(const sql::Statement& row, int first) {
  CellInfo info;
  info.version = static_cast<std::uint64_t>(row.integer(first));
  info.deadline = time_at(row, first + 1);
  info.has_remains = row.integer(first + 2) != 0;
  info.remains_until = time_at(row, first + 3);
  info.secret_id = static_cast<std::uint32_t>(row.integer(first + 4));
  info.size = static_cast<std::size_t>(row.integer(first + 5));
  return info;
}

void bind_content(sql::Statement& statement, int first, const Cell& cell) {
  statement.bind(first, static_cast<std::int64_t>(cell.version))
      .bind(first + 1, ByteView(cell.value))
      .bind(first + 2, ByteView(cell.remains))
      .bind(first + 3, unix_ms(cell.remains_until))
      .bind(first + 4, static_cast<std::int64_t>(cell.secret_id));
}

Result<Done> prepare_into(std::optional<sql::Statement>& statement, sql::Database& db,
                          std::string_view sql) {
  KF_TRY(statement, db.prepare(sql));
  return Done{};
}

}  // namespace

Result<Done> migrate_cells(sql::Database& db) {
  return db.migrate(kSteps);
}

Result<std::vector<CellCount>> read_counts(sql::Database& db) {
  KF_TRY(auto query, db.prepare("SELECT secret_id, cells FROM cell_count ORDER BY secret_id"));
  std::vector<CellCount> all;
  while (true) {
    KF_TRY(const bool row, query.step());
    if (!row) return all;
    all.push_back(
        {static_cast<std::uint32_t>(query.integer(0)), static_cast<std::size_t>(query.integer(1))});
  }
}

std::uint64_t CellInfo::version_at(Time now) const {
  if (now < deadline) return version;
  return has_remains && now < remains_until ? version : 0;
}

Result<CellReader> CellReader::prepare(sql::Database& db) {
  KF_TRY(auto find, db.prepare("SELECT version, deadline, value, remains, remains_until, secret_id "
                               "FROM cell WHERE id = ?1"));
  return CellReader(std::move(find));
}

Result<std::optional<Cell>> CellReader::find(const CellKey& key) {
  find_.bind(1, ByteView(key.octets));
  const auto row = find_.step();
  std::optional<Cell> cell;
  if (row && *row) {
    cell.emplace();
    cell->version = static_cast<std::uint64_t>(find_.integer(0));
    cell->deadline = time_at(find_, 1);
    cell->value = find_.blob(2);
    cell->remains = find_.blob(3);
    cell->remains_until = time_at(find_, 4);
    cell->secret_id = static_cast<std::uint32_t>(find_.integer(5));
  }
  find_.reset();
  if (!row) return row.error();
  return cell;
}

Result<CellWriter> CellWriter::prepare(sql::Database& db) {
  CellWriter writer;
  KF_TRY(prepare_into(writer.find_, db,
                      "SELECT version, deadline, length(remains) > 0, remains_until, secret_id, "
                      "length(value) + length(remains) FROM cell WHERE id = ?1"));
  KF_TRY(prepare_into(writer.insert_, db,
                      "INSERT INTO cell (deadline, id, version, value, remains, remains_until, "
                      "secret_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  KF_TRY(prepare_into(writer.update_, db,
                      "UPDATE cell SET version = ?3, value = ?4, remains = ?5, remains_until = ?6, "
                      "secret_id = ?7 WHERE deadline = ?1 AND id = ?2"));
  KF_TRY(prepare_into(writer.erase_, db, "DELETE FROM cell WHERE deadline = ?1 AND id = ?2"));
  KF_TRY(prepare_into(writer.cut_, db,
                      "UPDATE cell SET deadline = remains_until, value = remains, remains = x'', "
                      "remains_until = 0 WHERE deadline = ?1 AND id = ?2"));
  KF_TRY(
      prepare_into(writer.due_, db,
                   "SELECT id, version, deadline, length(remains) > 0, remains_until, secret_id, "
                   "0 FROM cell WHERE deadline <= ?1 ORDER BY deadline, id LIMIT ?2"));
  KF_TRY(prepare_into(writer.set_count_, db,
                      "INSERT INTO cell_count (secret_id, cells) VALUES (?1, ?2) ON CONFLICT "
                      "(secret_id) DO UPDATE SET cells = ?2"));
  KF_TRY(prepare_into(writer.drop_count_, db, "DELETE FROM cell_count WHERE secret_id = ?1"));
  return writer;
}

Result<std::optional<CellInfo>> CellWriter::find(const CellKey& key) {
  find_->bind(1, ByteView(key.octets));
  const auto row = find_->step();
  std::optional<CellInfo> info;
  if (row && *row) info = info_at(*find_, 0);
  find_->reset();
  if (!row) return row.error();
  return info;
}

Result<Done> CellWriter::insert(const CellKey& key, const Cell& cell) {
  insert_->bind(1, unix_ms(cell.deadline)).bind(2, ByteView(key.octets));
  bind_content(*insert_, 3, cell);
  return insert_->run();
}

Result<Done> CellWriter::replace(const CellKey& key, const CellInfo& old, const Cell& cell) {
  if (old.deadline != cell.deadline) {
    KF_TRY(erase(key, old));
    return insert(key, cell);
  }
  update_->bind(1, unix_ms(cell.deadline)).bind(2, ByteView(key.octets));
  bind_content(*update_, 3, cell);
  return update_->run();
}

Result<Done> CellWriter::erase(const CellKey& key, const CellInfo& old) {
  erase_->bind(1, unix_ms(old.deadline)).bind(2, ByteView(key.octets));
  return erase_->run();
}

Result<Done> CellWriter::cut(const CellKey& key, const CellInfo& old) {
  cut_->bind(1, unix_ms(old.deadline)).bind(2, ByteView(key.octets));
  return cut_->run();
}

Result<std::vector<DueCell>> CellWriter::due(Time now, std::size_t most) {
  due_->bind(1, unix_ms(now)).bind(2, static_cast<std::int64_t>(most));
  std::vector<DueCell> cells;
  Result<bool> row = due_->step();
  for (; row && *row; row = due_->step()) {
    const Bytes id = due_->blob(0);
    DueCell cell;
    if (id.size() != cell.key.octets.size()) {
      due_->reset();
      return fail(Errc::io, "a stored cell has a damaged key");
    }
    std::copy(id.begin(), id.end(), cell.key.octets.begin());
    cell.info = info_at(*due_, 1);
    cells.push_back(cell);
  }
  due_->reset();
  if (!row) return row.error();
  return cells;
}

Result<Done> CellWriter::set_count(const CellCount& count) {
  if (count.cells == 0) {
    return drop_count_->bind(1, static_cast<std::int64_t>(count.secret_id)).run();
  }
  return set_count_->bind(1, static_cast<std::int64_t>(count.secret_id))
      .bind(2, static_cast<std::int64_t>(count.cells))
      .run();
}

}  // namespace keyferry::store
