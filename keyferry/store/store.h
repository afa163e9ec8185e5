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

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/base/uuid.h"

namespace keyferry::store {

struct CellKeyTag;
using CellKey = OctetId<CellKeyTag, 32>;

struct Cell {
  std::uint64_t version = 0;  // rises with every change; 0 never occurs in the store
  Time deadline{};            // at this instant the cell is gone, whatever a sweep has done
  Bytes value;
};

// Change is what compare_and_set shall do to one key.
struct Change {
  CellKey key;
  std::uint64_t expected_version = 0;  // 0: the key must be absent (or past its deadline)
  std::optional<Cell> cell;            // the new cell (its version is ignored); nothing: delete
};

// Outcome of compare_and_set: the new version (0 after a delete), or conflict.
using ChangeDone = std::function<void(Result<std::uint64_t>)>;

class Store {
 public:
  virtual ~Store() = default;

  // get returns the live cell of `key`, or nothing if it is absent or `now` has reached its
  // deadline. Sees every change that was acknowledged before. Errors: unavailable, io.
  virtual Result<std::optional<Cell>> get(const CellKey& key, Time now) = 0;

  // compare_and_set makes the change durable if the key's version (of a live cell; dead counts as
  // absent) is the expected one, then calls `done`, on a thread of the store or before it returns.
  // Errors: conflict (another version; nothing was changed), storage_full (deletes and changes that
  // do not grow are still served from the reserve), unavailable, io.
  virtual void compare_and_set(Change change, Time now, ChangeDone done) = 0;

  // sweep removes up to `most` cells whose deadline `now` has reached, and makes the freed octets
  // unreadable on disk. Returns how many it removed; call again while it equals `most`.
  virtual Result<std::size_t> sweep(Time now, std::size_t most) = 0;

  // live counts cells, dead ones not yet swept included. check answers for /readyz.
  virtual std::size_t live() const = 0;
  virtual Result<Done> check() = 0;
};

}  // namespace keyferry::store
