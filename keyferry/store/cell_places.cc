// Open addressing with linear probing; erasing moves what follows back, so that no marks of what
// was there pile up.
#include "keyferry/store/cell_places.h"

#include <cstring>
#include <mutex>

#include "keyferry/base/error.h"

namespace keyferry::store {

CellPlaces::Slot CellPlaces::slot_of(const CellKey& key, std::int64_t place) {
  Slot slot;
  std::memcpy(&slot.high, key.octets.data(), sizeof slot.high);
  std::memcpy(&slot.low, key.octets.data() + sizeof slot.high, sizeof slot.low);
  slot.place = place;
  return slot;
}

const CellPlaces::Shard& CellPlaces::shard_of(const Slot& slot) const {
  return shards_[slot.high % kShards];
}

CellPlaces::Shard& CellPlaces::shard_of(const Slot& slot) {
  return shards_[slot.high % kShards];
}

// The low bits chose the shard. The number of slots is a power of two.
std::size_t CellPlaces::home(const Slot& slot, const std::vector<Slot>& slots) {
  return (slot.high / kShards) & (slots.size() - 1);
}

// Where `wanted` is, or the free slot where it would be.
std::size_t CellPlaces::locate(const Slot& wanted, const std::vector<Slot>& slots) {
  std::size_t at = home(wanted, slots);
  while (slots[at].place != 0 && (slots[at].high != wanted.high || slots[at].low != wanted.low)) {
    at = (at + 1) & (slots.size() - 1);
  }
  return at;
}

std::int64_t CellPlaces::find(const CellKey& key) const {
  const Slot wanted = slot_of(key, 0);
  const Shard& shard = shard_of(wanted);
  const std::shared_lock lock(shard.mutex);
  return shard.slots[locate(wanted, shard.slots)].place;
}

void CellPlaces::set(const CellKey& key, std::int64_t place) {
  require(place > 0, "a place is greater than 0");
  const Slot wanted = slot_of(key, place);
  Shard& shard = shard_of(wanted);
  const std::lock_guard lock(shard.mutex);
  std::size_t at = locate(wanted, shard.slots);
  if (shard.slots[at].place == 0) {
    ++shard.used;
    if (shard.used * 4 > shard.slots.size() * 3) {
      grow(shard);
      at = locate(wanted, shard.slots);
    }
  }
  shard.slots[at] = wanted;
}

void CellPlaces::erase(const CellKey& key) {
  const Slot wanted = slot_of(key, 0);
  Shard& shard = shard_of(wanted);
  const std::lock_guard lock(shard.mutex);
  std::vector<Slot>& slots = shard.slots;
  std::size_t hole = locate(wanted, slots);
  if (slots[hole].place == 0) return;
  const std::size_t mask = slots.size() - 1;
  for (std::size_t at = (hole + 1) & mask; slots[at].place != 0; at = (at + 1) & mask) {
    // It may move back to the hole only if that does not lie before its home.
    const std::size_t from_home = (at - home(slots[at], slots)) & mask;
    if (from_home < ((at - hole) & mask)) continue;
    slots[hole] = slots[at];
    hole = at;
  }
  slots[hole] = Slot{};
  --shard.used;
}

void CellPlaces::grow(Shard& shard) {
  std::vector<Slot> larger(shard.slots.size() * 2);
  for (const Slot& slot : shard.slots) {
    if (slot.place != 0) larger[locate(slot, larger)] = slot;
  }
  shard.slots = std::move(larger);
}

std::size_t CellPlaces::size() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    sum += shard.used;
  }
  return sum;
}

}  // namespace keyferry::store
