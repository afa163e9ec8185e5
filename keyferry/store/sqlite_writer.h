// The one thread that changes the SQLite store. It takes all changes that wait, makes them one
// transaction, syncs once, and only then answers them.
#pragma once

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>

#include "keyferry/sql/reserve.h"
#include "keyferry/store/cell_cache.h"
#include "keyferry/store/sqlite.h"
#include "keyferry/store/sqlite_cells.h"

namespace keyferry::store {

// CellMemory is what readers look at before the file. The writer changes it after each commit and
// before anybody is told of it.
struct CellMemory {
  explicit CellMemory(std::size_t octets) : cache(octets) {}
  CellPlaces places;  // of all cells
  CellCache cache;    // some cells
};

class SqliteWriter {
 public:
  // `memory` outlives the writer and knows all places.
  SqliteWriter(sql::Database db, CellWriter cells, CellMemory& memory, const SqliteOptions& options,
               const std::vector<CellCount>& counts, sql::Reserve reserve, bool short_of_space);
  // Carries out what was handed in, then ends.
  ~SqliteWriter();

  void post(Change change, Time now, ChangeDone done);
  // sweep is Store::sweep; blocks until the writer has done it.
  Result<std::size_t> sweep(Time now, std::size_t most);
  std::vector<CellCount> counts() const;
  bool short_of_space() const;
  // check is the failure that ended the last transaction; none once one was durable.
  Result<Done> check() const;

 private:
  struct Job {
    Change change;
    Time now{};
    ChangeDone done;
    Result<std::uint64_t> outcome = std::uint64_t{0};
  };
  struct Sweep {
    Time now{};
    std::size_t most = 0;
    std::promise<Result<std::size_t>> swept;
  };
  using Counts = std::map<std::uint32_t, std::size_t>;

  void run();
  void carry_out(std::vector<Job> jobs);
  // Batch is how the first `jobs` of those that wait went, in one transaction.
  struct Batch {
    std::size_t jobs = 0;
    Result<Done> done;
  };
  Batch try_batch(std::span<Job> jobs, bool growing);
  // apply_first applies jobs until they are many or large enough for one transaction, and returns
  // how many; `tried` counts the one that failed too.
  Result<Done> apply_first(std::span<Job> jobs, bool growing, Counts& counts, std::size_t& tried);
  // answer tells the memory and then the callers how their batch ended.
  void answer(std::span<Job> jobs, const Result<Done>& done);
  // apply and write return the octets that they wrote.
  Result<std::size_t> apply(Job& job, bool growing, Counts& counts);
  Result<std::size_t> write(Job& job, std::optional<CellInfo> old, Counts& counts);
  // place_of is where `key` stands inside the transaction under way.
  std::int64_t place_of(const CellKey& key) const;
  // commit ends the transaction with the new counts.
  Result<Done> commit(sql::Transaction& transaction, Counts counts);
  Result<std::size_t> sweep_now(Time now, std::size_t most);
  Result<std::size_t> try_sweep(Time now, std::size_t most);
  Result<Done> take_due(const std::vector<DueCell>& due, Time now, Counts& counts);
  Result<Done> truncate_log();
  void set_short_of_space(bool short_of_space);
  void recover_space();
  void note(const Result<Done>& done);
  // probe writes what is there already, durably, to see whether the disk works again.
  Result<Done> probe();

  sql::Database db_;
  CellWriter cells_;
  CellMemory& memory_;
  // Cells that the transaction under way has made (their place) or erased (0).
  std::unordered_map<CellKey, std::int64_t> moved_;
  sql::Reserve reserve_;
  const std::size_t most_jobs_;
  std::uint64_t last_version_;
  bool wrote_since_truncate_ = true;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::vector<Job> jobs_;
  std::vector<Sweep*> sweeps_;
  bool stopping_ = false;
  bool short_of_space_ = false;
  std::optional<Error> failure_;
  Counts counts_;

  std::thread thread_;
};

}  // namespace keyferry::store
