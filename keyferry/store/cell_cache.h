// Committed cells in memory, so that what was written a moment ago is read without the file.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

#include "keyferry/store/store.h"

namespace keyferry::store {

// CellCache holds copies of cells up to a number of octets; those that nobody reads leave first. It
// never knows a cell that the engine behind it does not hold: whoever changes the engine tells the
// cache after the commit and before anybody is told that it happened. So whatever ends a cell there
// ends it here too, and its octets are wiped. Thread-safe.
class CellCache {
 public:
  // `most` counts the cells with what keeping them costs. 0: nothing is ever kept.
  explicit CellCache(std::size_t most) : most_in_shard_(most / kShards) {}
  ~CellCache();
  CellCache(const CellCache&) = delete;
  CellCache& operator=(const CellCache&) = delete;

  // Ticket is what fill needs: taken before the engine was asked.
  class Ticket {
    friend class CellCache;
    std::uint64_t changes = 0;
  };
  // find returns the cell of `key` if it is here; else nothing, and the ticket for a fill.
  std::optional<Cell> find(const CellKey& key, Ticket& ticket) const;
  // fill keeps what a reader found in the engine, unless a change came in between or is coming.
  void fill(const CellKey& key, const Cell& cell, const Ticket& ticket);

  // expect says that the engine is about to commit a change of `key`. From then on until put, erase
  // or unchanged readers may find the new cell in the engine, so the old one leaves and nobody
  // brings it back: whoever has seen the new one never sees the old one again.
  void expect(const CellKey& key);
  // unchanged ends what expect began when nothing was committed.
  void unchanged(const CellKey& key);

  // put and erase follow a change of `key` that the engine has committed.
  void put(const CellKey& key, Cell cell);
  void erase(const CellKey& key);

  // octets is what the cells here count for.
  std::size_t octets() const;

 private:
  static constexpr std::size_t kShards = 16;
  struct Entry {
    Entry(const CellKey& key_in, Cell cell_in) : key(key_in), cell(std::move(cell_in)) {}
    ~Entry();
    CellKey key;
    Cell cell;
    // Read since it was last passed over: it stays once more.
    mutable std::atomic<bool> read = false;
  };
  using Entries = std::list<Entry>;
  struct Shard {
    mutable std::shared_mutex mutex;
    Entries entries;  // the next to leave in front
    std::unordered_map<CellKey, Entries::iterator> by_key;
    std::unordered_set<CellKey> coming;
    std::size_t octets = 0;
    std::uint64_t changes = 0;
  };

  static std::size_t cost(const Cell& cell);
  Shard& shard_of(const CellKey& key) { return shards_[key.octets[0] % kShards]; }
  const Shard& shard_of(const CellKey& key) const { return shards_[key.octets[0] % kShards]; }
  static void drop(Shard& shard, const CellKey& key);
  void keep(Shard& shard, const CellKey& key, Cell cell);
  void make_room(Shard& shard, std::size_t octets);

  const std::size_t most_in_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace keyferry::store
