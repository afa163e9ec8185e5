#include "keyferry/store/store.h"

namespace keyferry::store {

std::optional<Cell> cell_at(Cell cell, Time now) {
  if (now < cell.deadline) return cell;
  if (cell.remains.empty() || now >= cell.remains_until) return std::nullopt;
  cell.value = std::move(cell.remains);
  cell.parts.clear();
  cell.remains = {};
  cell.deadline = cell.remains_until;
  cell.remains_until = {};
  return cell;
}

}  // namespace keyferry::store
