// All statements are prepared once; a change that keeps the deadline has one of its own, which
// leaves the index alone.
#include "keyferry/store/sqlite_cells.h"

#include <algorithm>
#include <array>

namespace keyferry::store {
namespace {

// All that is kept: keyed hashes, the sealed message, the sender's display text, a deadline.
//= spec:tigress#REL-06
//= spec:tigress#PRV-02
constexpr std::array<std::string_view, 3> kSteps = {R"(
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
)",
                                                    R"(
ALTER TABLE cell RENAME TO cell_1; -- move_old_cells empties and drops it
CREATE TABLE cell (
  place INTEGER PRIMARY KEY,       -- the version it was made with: new cells come last
  id BLOB NOT NULL,                -- 32 octets, unique
  deadline INTEGER NOT NULL,       -- Unix milliseconds
  version INTEGER NOT NULL,
  remains_until INTEGER NOT NULL,  -- Unix milliseconds
  secret_id INTEGER NOT NULL,
  remains BLOB NOT NULL,           -- empty: nothing remains
  filler BLOB NOT NULL,            -- zeros
  value BLOB NOT NULL
) STRICT;
CREATE INDEX cell_by_deadline ON cell (deadline, id);
)",
                                                    R"(
ALTER TABLE cell ADD COLUMN has_parts INTEGER NOT NULL DEFAULT 0; -- 0 or 1
CREATE TABLE part (
  place INTEGER PRIMARY KEY,       -- new parts come last
  cell INTEGER NOT NULL,           -- its place
  number INTEGER NOT NULL,
  filler BLOB NOT NULL,            -- zeros
  octets BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX part_by_cell ON part (cell, number);
)"};

Time time_at(const sql::Statement& row, int column) {
  return from_unix_ms(row.integer(column));
}

// Columns: place, version, deadline, has remains, remains_until, secret_id, size, has_parts.
constexpr std::string_view kInfo =
    "place, version, deadline, length(remains) > 0, remains_until, secret_id, "
    "length(value) + length(remains), has_parts";

CellInfo info_at(const sql::Statement& row) {
  CellInfo info;
  info.place = row.integer(0);
  info.version = static_cast<std::uint64_t>(row.integer(1));
  info.deadline = time_at(row, 2);
  info.has_remains = row.integer(3) != 0;
  info.remains_until = time_at(row, 4);
  info.secret_id = static_cast<std::uint32_t>(row.integer(5));
  info.size = static_cast<std::size_t>(row.integer(6));
  info.has_parts = row.integer(7) != 0;
  return info;
}

std::size_t own_size(const Cell& cell) {
  return cell.value.size() + cell.remains.size();
}

// Parameters: place, deadline, version, remains_until, secret_id, remains, value, filler,
// has_parts.
sql::Statement& bind_cell(sql::Statement& statement, std::int64_t place, const Cell& cell,
                          std::size_t filler) {
  return statement.bind(1, place)
      .bind(2, unix_ms(cell.deadline))
      .bind(3, static_cast<std::int64_t>(cell.version))
      .bind(4, unix_ms(cell.remains_until))
      .bind(5, static_cast<std::int64_t>(cell.secret_id))
      .bind_view(6, cell.remains)
      .bind_view(7, cell.value)
      .bind_view(8, filler_octets(filler))
      .bind(9, std::int64_t{cell.parts.empty() ? 0 : 1});
}

Result<CellKey> key_at(const sql::Statement& row, int column) {
  const Bytes id = row.blob(column);
  CellKey key;
  if (id.size() != key.octets.size()) return fail(Errc::io, "a stored cell has a damaged key");
  std::copy(id.begin(), id.end(), key.octets.begin());
  return key;
}

// Columns: version, deadline, remains_until, secret_id, remains, value; not its parts.
Cell cell_from(const sql::Statement& row, int first) {
  Cell cell;
  cell.version = static_cast<std::uint64_t>(row.integer(first));
  cell.deadline = time_at(row, first + 1);
  cell.remains_until = time_at(row, first + 2);
  cell.secret_id = static_cast<std::uint32_t>(row.integer(first + 3));
  cell.remains = row.blob(first + 4);
  cell.value = row.blob(first + 5);
  return cell;
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

Result<Done> move_old_cells(sql::Database& db, CellWriter& cells) {
  KF_TRY(auto table, db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'cell_1'"));
  KF_TRY(const bool there, table.step());
  table.reset();
  if (!there) return Done{};
  KF_TRY(auto transaction, sql::Transaction::begin(db));
  const auto move_all = [&]() -> Result<Done> {
    KF_TRY(auto old, db.prepare("SELECT id, version, deadline, remains_until, secret_id, remains, "
                                "value FROM cell_1 ORDER BY version"));
    while (true) {
      KF_TRY(const bool row, old.step());
      if (!row) return Done{};
      KF_TRY(const CellKey key, key_at(old, 0));
      KF_TRY(cells.insert(old.integer(1), key, cell_from(old, 1)));
    }
  };
  KF_TRY(move_all());
  KF_TRY(db.execute("DROP TABLE cell_1"));
  return transaction.commit();
}

Result<Done> read_places(sql::Database& db, CellPlaces& places) {
  // The index by deadline holds all that is needed and is small beside the cells.
  KF_TRY(auto query, db.prepare("SELECT id, place FROM cell INDEXED BY cell_by_deadline"));
  while (true) {
    KF_TRY(const bool row, query.step());
    if (!row) return Done{};
    KF_TRY(const CellKey key, key_at(query, 0));
    if (places.find(key) != 0) return fail(Errc::invalid, "two stored cells have the same key");
    places.set(key, query.integer(1));
  }
}

Result<CellReader> CellReader::prepare(sql::Database& db) {
  KF_TRY(auto find,
         db.prepare("SELECT version, deadline, remains_until, secret_id, remains, value, "
                    "has_parts FROM cell WHERE place = ?1 AND id = ?2"));
  KF_TRY(auto parts, PartReader::prepare(db));
  return CellReader(std::move(find), std::move(parts));
}

Result<std::optional<Cell>> CellReader::find(std::int64_t place, const CellKey& key) {
  find_.bind(1, place).bind_view(2, key.octets);
  const auto row = find_.step();
  std::optional<Cell> cell;
  Result<std::vector<Part>> parts = std::vector<Part>();
  if (row && *row) {
    cell = cell_from(find_, 0);
    // The row is not let go yet, so the parts are of the same state of the file.
    if (find_.integer(6) != 0) parts = parts_.find(place);
  }
  find_.reset();
  if (!row) return row.error();
  if (!parts) return parts.error();
  if (cell) cell->parts = *std::move(parts);
  return cell;
}

Result<CellWriter> CellWriter::prepare(sql::Database& db) {
  KF_TRY(auto page_size, db.prepare("PRAGMA page_size"));
  KF_TRY([[maybe_unused]] const bool row, page_size.step());
  const CellRecord record(static_cast<std::size_t>(page_size.integer(0)));
  KF_TRY(auto parts, PartWriter::prepare(db, record));
  CellWriter writer(record, std::move(parts));
  const std::string info(kInfo);
  KF_TRY(prepare_into(writer.find_, db, "SELECT " + info + " FROM cell WHERE place = ?1"));
  KF_TRY(prepare_into(writer.insert_, db,
                      "INSERT INTO cell (place, deadline, version, remains_until, secret_id, "
                      "remains, value, filler, has_parts, id) VALUES "
                      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  KF_TRY(prepare_into(writer.update_, db,
                      "UPDATE cell SET version = ?3, remains_until = ?4, secret_id = ?5, "
                      "remains = ?6, value = ?7, filler = ?8, has_parts = ?9 WHERE place = ?1 AND "
                      "deadline = ?2"));
  KF_TRY(prepare_into(writer.move_, db,
                      "UPDATE cell SET deadline = ?2, version = ?3, remains_until = ?4, "
                      "secret_id = ?5, remains = ?6, value = ?7, filler = ?8, has_parts = ?9 "
                      "WHERE place = ?1"));
  KF_TRY(prepare_into(writer.erase_, db, "DELETE FROM cell WHERE place = ?1"));
  KF_TRY(prepare_into(writer.cut_, db,
                      "UPDATE cell SET deadline = remains_until, value = remains, remains = x'', "
                      "filler = x'', remains_until = 0, has_parts = 0 WHERE place = ?1"));
  KF_TRY(prepare_into(writer.due_, db,
                      "SELECT " + info +
                          ", id FROM cell WHERE deadline <= ?1 "
                          "ORDER BY deadline, id LIMIT ?2"));
  KF_TRY(prepare_into(writer.set_count_, db,
                      "INSERT INTO cell_count (secret_id, cells) VALUES (?1, ?2) ON CONFLICT "
                      "(secret_id) DO UPDATE SET cells = ?2"));
  KF_TRY(prepare_into(writer.drop_count_, db, "DELETE FROM cell_count WHERE secret_id = ?1"));
  return writer;
}

Result<CellInfo> CellWriter::find(std::int64_t place) {
  find_->bind(1, place);
  const auto row = find_->step();
  std::optional<CellInfo> info;
  if (row && *row) info = info_at(*find_);
  find_->reset();
  if (!row) return row.error();
  if (!info) return fail(Errc::io, "a cell is not at its place in the file");
  if (info->has_parts) {
    KF_TRY(info->parts, parts_.find(place));
    for (const PartInfo& part : info->parts) info->size += part.size;
  }
  return *std::move(info);
}

Result<std::size_t> CellWriter::insert(std::int64_t place, const CellKey& key, const Cell& cell) {
  KF_TRY(bind_cell(*insert_, place, cell, record_.filler(cell)).bind_view(10, key.octets).run());
  KF_TRY(const std::size_t octets, parts_.replace(place, {}, cell.parts));
  return own_size(cell) + octets;
}

Result<std::size_t> CellWriter::replace(const CellInfo& old, const Cell& cell) {
  sql::Statement& statement = old.deadline == cell.deadline ? *update_ : *move_;
  KF_TRY(bind_cell(statement, old.place, cell, record_.filler(cell)).run());
  KF_TRY(const std::size_t octets, parts_.replace(old.place, old.parts, cell.parts));
  return own_size(cell) + octets;
}

Result<Done> CellWriter::erase(const CellInfo& old) {
  if (old.has_parts) {
    KF_TRY(parts_.erase_all(old.place));
  }
  return erase_->bind(1, old.place).run();
}

Result<Done> CellWriter::erase_parts(CellInfo& old) {
  if (!old.has_parts) return Done{};
  KF_TRY(parts_.erase_all(old.place));
  old.has_parts = false;
  old.parts.clear();
  return Done{};
}

Result<Done> CellWriter::cut(const CellInfo& old) {
  if (old.has_parts) {
    KF_TRY(parts_.erase_all(old.place));
  }
  return cut_->bind(1, old.place).run();
}

Result<std::vector<DueCell>> CellWriter::due(Time now, std::size_t most) {
  due_->bind(1, unix_ms(now)).bind(2, static_cast<std::int64_t>(most));
  std::vector<DueCell> cells;
  Result<bool> row = due_->step();
  for (; row && *row; row = due_->step()) {
    const auto key = key_at(*due_, 8);
    if (!key) {
      due_->reset();
      return key.error();
    }
    cells.push_back({*key, info_at(*due_)});
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
