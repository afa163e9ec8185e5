// Adds filler until SQLite's own formula says that the record overflows and fills its last page;
// filler lengthens its own serial type too, hence the loops.
#include "keyferry/store/cell_record.h"

#include "keyferry/dropbox/drop.h"

namespace keyferry::store {
namespace {

constexpr std::size_t kIdOctets = 32;
static_assert(CellRecord::kMostInLeaf < dropbox::kLeastDrop);

std::size_t varint_size(std::size_t number) {
  std::size_t size = 1;
  for (; number >= 128; number >>= 7) ++size;
  return size;
}

// The serial type of a blob, as a varint.
std::size_t blob_type_size(std::size_t octets) {
  return varint_size(octets * 2 + 12);
}

// Octets of an integer in a record: 0 and 1 take none, the others 1, 2, 3, 4, 6 or 8.
std::size_t integer_size(std::int64_t number) {
  if (number == 0 || number == 1) return 0;
  const auto magnitude = static_cast<std::uint64_t>(number < 0 ? ~number : number);
  for (const std::size_t size : {1U, 2U, 3U, 4U, 6U}) {
    if (magnitude >> (size * 8 - 1) == 0) return size;
  }
  return 8;
}

}  // namespace

std::size_t CellRecord::filler(const Cell& cell) const {
  if (cell.value.size() <= kMostInLeaf) return 0;
  // One octet of header for its own size, the place, the id, each number and has_parts.
  const std::size_t fixed =
      8 + blob_type_size(cell.remains.size()) + blob_type_size(cell.value.size()) + kIdOctets +
      integer_size(unix_ms(cell.deadline)) + integer_size(static_cast<std::int64_t>(cell.version)) +
      integer_size(unix_ms(cell.remains_until)) + integer_size(cell.secret_id) +
      cell.remains.size();
  return filler_between(fixed, cell.value.size());
}

std::size_t CellRecord::part_filler(std::int64_t cell, const Part& part) const {
  // One octet of header for its own size, the place and each number.
  const std::size_t fixed = 4 + blob_type_size(part.octets.size()) + integer_size(cell) +
                            integer_size(static_cast<std::int64_t>(part.number));
  return filler_between(fixed, part.octets.size());
}

std::size_t CellRecord::filler_between(std::size_t fixed, std::size_t last) const {
  // What a leaf keeps of a record that overflows and fills its last page.
  const std::size_t in_leaf = (page_size_ - 12) * 32 / 255 - 23;
  const std::size_t in_page = page_size_ - 4;
  const auto before_last = [&](std::size_t filler) {
    return fixed + blob_type_size(filler) + filler;
  };
  std::size_t filler = 0;
  while (before_last(filler) < in_leaf) filler += in_leaf - before_last(filler);
  while (true) {
    const std::size_t over = (before_last(filler) + last - in_leaf) % in_page;
    if (over == 0) return filler;
    filler += in_page - over;
  }
}

ByteView filler_octets(std::size_t filler) {
  // More than a leaf and a page of the largest size together.
  static const Bytes zeros(std::size_t{2} * 65536, 0);
  return ByteView(zeros).first(filler);
}

}  // namespace keyferry::store
