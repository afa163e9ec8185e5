// Shards with a lock each; within a shard the second-chance rule, so that reading needs no order to
// be changed and readers share the lock.
#include "keyferry/store/cell_cache.h"

#include <mutex>

#include "keyferry/base/secret.h"

namespace keyferry::store {
namespace {

// What list, map and allocator take for one cell, and for one part of it, roughly.
constexpr std::size_t kOverhead = 320;
constexpr std::size_t kPartOverhead = 64;

}  // namespace

CellCache::Entry::~Entry() {
  wipe(cell.value);
  for (Part& part : cell.parts) wipe(part.octets);
  wipe(cell.remains);
}

CellCache::~CellCache() = default;

std::size_t CellCache::cost(const Cell& cell) {
  std::size_t sum = kOverhead + cell.value.size() + cell.remains.size();
  for (const Part& part : cell.parts) sum += kPartOverhead + part.octets.size();
  return sum;
}

std::optional<Cell> CellCache::find(const CellKey& key, Ticket& ticket) const {
  const Shard& shard = shard_of(key);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.by_key.find(key);
  if (found == shard.by_key.end()) {
    ticket.changes = shard.changes;
    return std::nullopt;
  }
  const Entry& entry = *found->second;
  entry.read.store(true, std::memory_order_relaxed);
  return entry.cell;
}

void CellCache::fill(const CellKey& key, const Cell& cell, const Ticket& ticket) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  if (shard.changes != ticket.changes || shard.coming.contains(key)) return;
  if (shard.by_key.contains(key)) return;
  keep(shard, key, cell);
}

void CellCache::expect(const CellKey& key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  ++shard.changes;
  shard.coming.insert(key);
  drop(shard, key);
}

void CellCache::unchanged(const CellKey& key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.coming.erase(key);
}

void CellCache::put(const CellKey& key, Cell cell) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  ++shard.changes;
  shard.coming.erase(key);
  drop(shard, key);
  keep(shard, key, std::move(cell));
}

void CellCache::erase(const CellKey& key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  ++shard.changes;
  shard.coming.erase(key);
  drop(shard, key);
}

std::size_t CellCache::octets() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    sum += shard.octets;
  }
  return sum;
}

void CellCache::drop(Shard& shard, const CellKey& key) {
  const auto found = shard.by_key.find(key);
  if (found == shard.by_key.end()) return;
  shard.octets -= cost(found->second->cell);
  shard.entries.erase(found->second);
  shard.by_key.erase(found);
}

void CellCache::keep(Shard& shard, const CellKey& key, Cell cell) {
  const std::size_t octets = cost(cell);
  if (octets > most_in_shard_) return;
  make_room(shard, octets);
  shard.entries.emplace_back(key, std::move(cell));
  shard.by_key.emplace(key, std::prev(shard.entries.end()));
  shard.octets += octets;
}

void CellCache::make_room(Shard& shard, std::size_t octets) {
  while (shard.octets + octets > most_in_shard_) {
    const auto oldest = shard.entries.begin();
    if (oldest->read.exchange(false, std::memory_order_relaxed)) {
      shard.entries.splice(shard.entries.end(), shard.entries, oldest);
    } else {
      drop(shard, CellKey(oldest->key));
    }
  }
}

}  // namespace keyferry::store
