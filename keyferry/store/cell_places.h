// Where in the file each cell stands, in memory: finding a cell or learning that there is none
// costs no reading, and a new cell writes no page of an index by random keys.
#pragma once

#include <array>
#include <shared_mutex>
#include <vector>

#include "keyferry/store/store.h"

namespace keyferry::store {

// CellPlaces maps keys to places (greater than 0) in 24 octets each and what an open table leaves
// free, 32 to 64 in all. It tells keys apart by their first 16 octets, which suffices for what they
// are: keyed hashes. Thread-safe.
class CellPlaces {
 public:
  CellPlaces() = default;
  CellPlaces(const CellPlaces&) = delete;
  CellPlaces& operator=(const CellPlaces&) = delete;

  // find returns the place of `key`, or 0.
  std::int64_t find(const CellKey& key) const;
  // set gives `key` a place, whether it had one or not.
  void set(const CellKey& key, std::int64_t place);
  void erase(const CellKey& key);
  std::size_t size() const;

 private:
  struct Slot {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::int64_t place = 0;  // 0: free
  };
  // A table doubles in one go, so each holds only a small part of all.
  struct Shard {
    mutable std::shared_mutex mutex;
    std::vector<Slot> slots = std::vector<Slot>(kLeastSlots);
    std::size_t used = 0;
  };
  static constexpr std::size_t kShards = 256;
  static constexpr std::size_t kLeastSlots = 16;

  static Slot slot_of(const CellKey& key, std::int64_t place);
  static std::size_t home(const Slot& slot, const std::vector<Slot>& slots);
  static std::size_t locate(const Slot& wanted, const std::vector<Slot>& slots);
  static void grow(Shard& shard);
  const Shard& shard_of(const Slot& slot) const;
  Shard& shard_of(const Slot& slot);

  std::array<Shard, kShards> shards_;
};

}  // namespace keyferry::store
