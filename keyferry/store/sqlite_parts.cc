// Replacing compares numbers, never octets; what goes is deleted before anything is added.
#include "keyferry/store/sqlite_parts.h"

#include <algorithm>

namespace keyferry::store {

Result<PartReader> PartReader::prepare(sql::Database& db) {
  KF_TRY(auto find, db.prepare("SELECT number, octets FROM part WHERE cell = ?1 ORDER BY number"));
  return PartReader(std::move(find));
}

Result<std::vector<Part>> PartReader::find(std::int64_t cell) {
  find_.bind(1, cell);
  std::vector<Part> parts;
  Result<bool> row = find_.step();
  for (; row && *row; row = find_.step()) {
    parts.push_back({static_cast<std::uint64_t>(find_.integer(0)), find_.blob(1)});
  }
  find_.reset();
  if (!row) return row.error();
  return parts;
}

Result<PartWriter> PartWriter::prepare(sql::Database& db, CellRecord record) {
  PartWriter writer(record);
  KF_TRY(writer.find_,
         db.prepare("SELECT place, number, length(octets) FROM part WHERE cell = ?1"));
  KF_TRY(writer.insert_,
         db.prepare("INSERT INTO part (cell, number, filler, octets) VALUES (?1, ?2, ?3, ?4)"));
  KF_TRY(writer.erase_, db.prepare("DELETE FROM part WHERE place = ?1"));
  KF_TRY(writer.erase_all_, db.prepare("DELETE FROM part WHERE cell = ?1"));
  return writer;
}

Result<std::vector<PartInfo>> PartWriter::find(std::int64_t cell) {
  find_->bind(1, cell);
  std::vector<PartInfo> parts;
  Result<bool> row = find_->step();
  for (; row && *row; row = find_->step()) {
    parts.push_back({find_->integer(0), static_cast<std::uint64_t>(find_->integer(1)),
                     static_cast<std::size_t>(find_->integer(2))});
  }
  find_->reset();
  if (!row) return row.error();
  return parts;
}

Result<std::size_t> PartWriter::replace(std::int64_t cell, std::span<const PartInfo> old,
                                        std::span<const Part> parts) {
  // A cell has a handful of parts. What is freed first gives room to what comes.
  for (const PartInfo& part : old) {
    if (std::ranges::find(parts, part.number, &Part::number) != parts.end()) continue;
    KF_TRY(erase_->bind(1, part.place).run());
  }
  std::size_t octets = 0;
  for (const Part& part : parts) {
    if (std::ranges::find(old, part.number, &PartInfo::number) != old.end()) continue;
    insert_->bind(1, cell).bind(2, static_cast<std::int64_t>(part.number));
    insert_->bind_view(3, filler_octets(record_.part_filler(cell, part)));
    KF_TRY(insert_->bind_view(4, part.octets).run());
    octets += part.octets.size();
  }
  return octets;
}

Result<Done> PartWriter::erase_all(std::int64_t cell) {
  return erase_all_->bind(1, cell).run();
}

}  // namespace keyferry::store
