// The relay's durable store: one SQLite file behind one writer that batches waiting changes into
// one transaction.
#pragma once

#include <filesystem>
#include <memory>

#include "keyferry/store/store.h"

namespace keyferry::store {

struct SqliteOptions {
  // The folder of the store, which must exist: cells.db with its write-ahead log, and reserve.
  std::filesystem::path folder;
  // When the store is opened: versions begin there, so that no version is used again after a
  // restart.
  Time opened{};
  // Octets kept aside on the disk, given up for deletes and claims when it is full (0: none).
  std::size_t reserve = 16 << 20;
  // Octets of cells kept in memory for reading (0: none).
  std::size_t cache = 32 << 20;
  // Changes that share one transaction, and so one sync, at most.
  std::size_t batch = 512;
};

// open_sqlite_store opens or makes the store. The caller holds a lock that keeps other processes
// away. Errors: invalid (not a store, damaged), unavailable (of a newer version), storage_full, io.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options);

}  // namespace keyferry::store
