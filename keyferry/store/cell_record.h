// How a cell must lie in the file so that it can be erased from it.
//
// SQLite overwrites what is freed (secure_delete), but when it moves rows between the leaves of a
// table it leaves copies of them in unused parts of pages, which no later erasing finds. Overflow
// pages are never moved so, and are zeroed when freed. So a value shall lie on overflow pages
// alone: zeros before it fill the leaf's part of the row and make the last page end where the value
// ends.
//
//   | header, id, numbers, remains, filler ... | ... filler, value | value |
//   '------------ in the leaf ----------------' '- overflow page -' '-----'
//
// Sizes follow from https://sqlite.org/fileformat2.html (section 1.6, "table b-tree leaf cell").
#pragma once

#include "keyferry/store/store.h"

namespace keyferry::store {

// CellRecord computes the filler for the columns (place, id, deadline, version, remains_until,
// secret_id, remains, filler, value, has_parts) of a cell and (place, cell, number, filler, octets)
// of a part, in a file with pages of `page_size` octets. 0 or 1 in the last column takes no octet
// of the record, so the value still ends it.
class CellRecord {
 public:
  // A value of so few octets may lie in a leaf: no message is so short, a drop has at least 39
  // (dropbox::kLeastDrop), the state of a mailbox more. The tombstones that expiring leaves always
  // do.
  static constexpr std::size_t kMostInLeaf = 38;
  explicit CellRecord(std::size_t page_size) : page_size_(page_size) {}
  // filler is how many zeros go before the value; a change that leaves the number of overflow pages
  // as it was leaves the size of the record as it was, so that SQLite overwrites it in place.
  std::size_t filler(const Cell& cell) const;
  // part_filler is the same for the part of a cell at the place `cell`, however short it is.
  std::size_t part_filler(std::int64_t cell, const Part& part) const;

 private:
  // What makes a record end on a full page: `fixed` octets, a blob of zeros, and `last` octets.
  std::size_t filler_between(std::size_t fixed, std::size_t last) const;

  std::size_t page_size_;
};

// filler_octets views so many zeros.
ByteView filler_octets(std::size_t filler);

}  // namespace keyferry::store
