// What the relay needs of a store: versioned cells with a deadline, changed by compare-and-set.
//
// Keys are keyed hashes made by the relay; values are opaque octets to the store. Every engine
// passes the same conformance suite (store/conformance_test.h). Thread-safe. The clock is the
// caller's: a store compares deadlines with the `now` it is given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/base/part.h"
#include "keyferry/base/result.h"
#include "keyferry/base/uuid.h"

namespace keyferry::store {

struct CellKeyTag;
using CellKey = OctetId<CellKeyTag, 32>;

// Cell lives in two stages: until `deadline` it holds `value`; from then on, until `remains_until`,
// it holds only `remains` (a tombstone). With empty `remains` it is gone at the deadline.
struct Cell {
  std::uint64_t version = 0;  // rises with every change; 0 never occurs in the store
  Time deadline{};            // at this instant the value is gone, whatever a sweep has done
  Bytes value;
  // What belongs to the value and is large, by rising numbers. A change writes only parts whose
  // number the cell has not had, and takes away those that it leaves out; the octets under a number
  // must be the same as long as the value lives.
  std::vector<Part> parts;
  Bytes remains;
  Time remains_until{};
  // The id of the relay's secret under which the cell's key was made; the store only counts it.
  std::uint32_t secret_id = 0;

  friend bool operator==(const Cell&, const Cell&) = default;
};

// cell_at returns what a reader at `now` may see of `cell`: the cell itself before its deadline;
// then, if there are remains, a cell of the same version that has them as its value, no parts and
// remains_until as its deadline; then nothing.
std::optional<Cell> cell_at(Cell cell, Time now);

// Change is what compare_and_set shall do to one key.
struct Change {
  CellKey key;
  std::uint64_t expected_version = 0;  // 0: the key must be absent, as cell_at sees it
  std::optional<Cell> cell;            // the new cell (its version is ignored); nothing: delete
};

// Outcome of compare_and_set: the new version (0 after a delete), or an error.
using ChangeDone = std::function<void(Result<std::uint64_t>)>;

// CellCount tells how many cells stand under keys made with one secret.
struct CellCount {
  std::uint32_t secret_id = 0;
  std::size_t cells = 0;
  friend bool operator==(const CellCount&, const CellCount&) = default;
};

class Store {
 public:
  virtual ~Store() = default;

  // get returns cell_at(cell of `key`, now). Sees every change that was acknowledged before.
  // Errors: unavailable, io.
  virtual Result<std::optional<Cell>> get(const CellKey& key, Time now) = 0;

  // compare_and_set makes the change durable if the version that get(key, now) sees is the expected
  // one, then calls `done` exactly once, on a thread of the store or before it returns. `done` must
  // not block; it may call the store. Errors: conflict (another version; nothing was changed),
  // storage_full (deletes and changes that hardly grow are still served from a reserve),
  // unavailable, io.
  virtual void compare_and_set(Change change, Time now, ChangeDone done) = 0;

  // sweep takes up to `most` cells whose value is past its deadline, puts the remains in its place
  // or removes the cell, and when fewer than `most` were due makes everything that was swept,
  // deleted or overwritten so far unreadable on disk. Returns how many it took; call again while
  // that equals `most`. Blocks; for a thread of its own. Errors: unavailable, io, storage_full.
  virtual Result<std::size_t> sweep(Time now, std::size_t most) = 0;

  // counts lists the cells per secret, what is past its deadline and not yet swept included.
  virtual std::vector<CellCount> counts() const = 0;
  // check answers for /readyz: it reads, and the last change did not fail for a reason of the
  // engine's; while it did, sweep tries again. Errors: unavailable, io.
  virtual Result<Done> check() = 0;
  // short_of_space tells that the reserve is in use: creates are refused, the rest still works.
  virtual bool short_of_space() const = 0;
};

}  // namespace keyferry::store
