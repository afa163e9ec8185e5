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
// secret_id, remains, filler, value) in a file with pages of `page_size` octets.
class CellRecord {
 public:
  // A value of so few octets may lie in a leaf: no message is so short, a drop has at least 39
  // (dropbox::kLeastDrop), the state of a mailbox more. The tombstones that expiring leaves always
  // do.
  static constexpr std::size_t kMostInLeaf = 38;
  static constexpr std::size_t kMostFiller = 2 * 65536;

  explicit CellRecord(std::size_t page_size) : page_size_(page_size) {}
  // filler is how many zeros go before the value; a change that leaves the number of overflow pages
  // as it was leaves the size of the record as it was, so that SQLite overwrites it in place.
  std::size_t filler(const Cell& cell) const;

 private:
  std::size_t page_size_;
};

}  // namespace keyferry::store
