// A batch in this order: apply, tell the cache which keys may change, sync, then places, counts,
// cache and the callers; on a full disk once more, with the reserve given up and nothing let in
// that grows.
#include "keyferry/store/sqlite_writer.h"

#include <iterator>

namespace keyferry::store {
namespace {

// A batch cannot outgrow the reserve.
constexpr std::size_t kMostOctets = 2 << 20;
// What a claim or a give-back may add to a cell when the disk is full.
constexpr std::size_t kAllowedGrowth = 1024;
// A portion of free pages; no more than the log may hold before it is cut.
constexpr std::string_view kGiveBackPages = "PRAGMA incremental_vacuum(2000)";
// No disk syncs a million changes in a millisecond, so versions never catch up with the clock.
constexpr int kVersionShift = 20;

std::size_t size_of(const Cell& cell) {
  std::size_t sum = cell.value.size() + cell.remains.size();
  for (const Part& part : cell.parts) sum += part.octets.size();
  return sum;
}

}  // namespace

SqliteWriter::SqliteWriter(sql::Database db, CellWriter cells, CellMemory& memory,
                           const SqliteOptions& options, const std::vector<CellCount>& counts,
                           sql::Reserve reserve, bool short_of_space)
    : db_(std::move(db)),
      cells_(std::move(cells)),
      memory_(memory),
      reserve_(std::move(reserve)),
      most_jobs_(options.batch),
      last_version_(static_cast<std::uint64_t>(unix_ms(options.opened)) << kVersionShift),
      short_of_space_(short_of_space) {
  for (const CellCount& count : counts) counts_[count.secret_id] = count.cells;
  thread_ = std::thread([this] { run(); });
}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void SqliteWriter::post(Change change, Time now, ChangeDone done) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(change), now, std::move(done), std::uint64_t{0}});
  }
  work_.notify_one();
}

Result<std::size_t> SqliteWriter::sweep(Time now, std::size_t most) {
  Sweep sweep{now, most, {}};
  auto swept = sweep.swept.get_future();
  {
    const std::lock_guard lock(mutex_);
    sweeps_.push_back(&sweep);
  }
  work_.notify_one();
  return swept.get();
}

std::vector<CellCount> SqliteWriter::counts() const {
  const std::lock_guard lock(mutex_);
  std::vector<CellCount> all;
  for (const auto& [secret_id, cells] : counts_) all.push_back({secret_id, cells});
  return all;
}

bool SqliteWriter::short_of_space() const {
  const std::lock_guard lock(mutex_);
  return short_of_space_;
}

void SqliteWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return stopping_ || !jobs_.empty() || !sweeps_.empty(); });
    if (jobs_.empty() && sweeps_.empty()) break;
    std::vector<Job> jobs = std::move(jobs_);
    std::vector<Sweep*> sweeps = std::move(sweeps_);
    jobs_.clear();
    sweeps_.clear();
    lock.unlock();
    carry_out(std::move(jobs));
    for (Sweep* sweep : sweeps) sweep->swept.set_value(sweep_now(sweep->now, sweep->most));
    lock.lock();
  }
}

// Splits what waits into batches and answers each once it is durable.
void SqliteWriter::carry_out(std::vector<Job> jobs) {
  std::span<Job> left(jobs);
  while (!left.empty()) {
    Batch batch = try_batch(left, !short_of_space());
    if (!batch.done && batch.done.error().code == Errc::storage_full) {
      reserve_.give_up();
      set_short_of_space(true);
      batch = try_batch(left, false);
    }
    note(batch.done);
    answer(left.first(batch.jobs), batch.done);
    left = left.subspan(batch.jobs);
  }
}

void SqliteWriter::answer(std::span<Job> jobs, const Result<Done>& done) {
  for (Job& job : jobs) {
    if (!done) job.outcome = done.error();
    if (!job.outcome) continue;
    if (job.change.cell) {
      memory_.cache.put(job.change.key, *std::move(job.change.cell));
    } else {
      memory_.cache.erase(job.change.key);
    }
  }
  // After those that changed: one of these may be of the same key.
  for (const Job& job : jobs) {
    if (!job.outcome) memory_.cache.unchanged(job.change.key);
  }
  for (Job& job : jobs) job.done(std::move(job.outcome));
}

SqliteWriter::Batch SqliteWriter::try_batch(std::span<Job> jobs, bool growing) {
  moved_.clear();
  auto transaction = sql::Transaction::begin(db_);
  if (!transaction) return {std::min(jobs.size(), most_jobs_), transaction.error()};
  Counts counts = counts_;
  Batch batch{0, Done{}};
  batch.done = apply_first(jobs, growing, counts, batch.jobs);
  if (!batch.done) return batch;
  for (const Job& job : jobs.first(batch.jobs)) {
    if (job.outcome) memory_.cache.expect(job.change.key);
  }
  batch.done = commit(*transaction, std::move(counts));
  return batch;
}

Result<Done> SqliteWriter::apply_first(std::span<Job> jobs, bool growing, Counts& counts,
                                       std::size_t& tried) {
  std::size_t written = 0;
  while (tried < jobs.size() && tried < most_jobs_ && written < kMostOctets) {
    KF_TRY(const std::size_t octets, apply(jobs[tried++], growing, counts));
    written += octets;
  }
  return Done{};
}

//= spec:quality#1-durable
Result<Done> SqliteWriter::commit(sql::Transaction& transaction, Counts counts) {
  for (const auto& [secret_id, cells] : counts) {
    const auto before = counts_.find(secret_id);
    if (before != counts_.end() && before->second == cells) continue;
    KF_TRY(cells_.set_count({secret_id, cells}));
  }
  KF_TRY(transaction.commit());
  wrote_since_truncate_ = true;
  for (const auto& [key, place] : moved_) {
    place == 0 ? memory_.places.erase(key) : memory_.places.set(key, place);
  }
  std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
  const std::lock_guard lock(mutex_);
  counts_ = std::move(counts);
  return Done{};
}

// Fails only if the whole batch must; what concerns the job alone becomes its outcome.
Result<std::size_t> SqliteWriter::apply(Job& job, bool growing, Counts& counts) {
  std::optional<CellInfo> old;
  if (const std::int64_t place = place_of(job.change.key); place != 0) {
    KF_TRY(old, cells_.find(place));
  }
  const std::uint64_t version = old ? old->version_at(job.now) : 0;
  if (version != job.change.expected_version) {
    job.outcome = fail(Errc::conflict, "the cell has been changed by now");
    return std::size_t{0};
  }
  const std::optional<Cell>& next = job.change.cell;
  if (!growing && next && (!old || size_of(*next) > old->size + kAllowedGrowth)) {
    job.outcome = fail(Errc::storage_full, "the relay has no room for this now: try later");
    return std::size_t{0};
  }
  return write(job, std::move(old), counts);
}

std::int64_t SqliteWriter::place_of(const CellKey& key) const {
  const auto moved = moved_.find(key);
  return moved != moved_.end() ? moved->second : memory_.places.find(key);
}

Result<std::size_t> SqliteWriter::write(Job& job, std::optional<CellInfo> old, Counts& counts) {
  if (old) --counts[old->secret_id];
  if (!job.change.cell) {
    job.outcome = std::uint64_t{0};
    if (!old) return std::size_t{0};
    moved_[job.change.key] = 0;
    KF_TRY(cells_.erase(*old));
    return std::size_t{0};
  }
  Cell& cell = *job.change.cell;
  cell.version = ++last_version_;
  job.outcome = cell.version;
  ++counts[cell.secret_id];
  if (old && job.change.expected_version == 0) {
    // It is past its deadline, and its numbers say nothing of the new one's parts.
    KF_TRY(cells_.erase_parts(*old));
  }
  if (old) return cells_.replace(*old, cell);
  // No version ever comes again, so the places are free and rise.
  const auto place = static_cast<std::int64_t>(cell.version);
  moved_[job.change.key] = place;
  return cells_.insert(place, job.change.key, cell);
}

// Emptying the log makes the file grow, so a sweep may be the first to find the disk full.
Result<std::size_t> SqliteWriter::sweep_now(Time now, std::size_t most) {
  recover_space();
  auto swept = try_sweep(now, most);
  if (swept || swept.error().code != Errc::storage_full || short_of_space()) return swept;
  reserve_.give_up();
  set_short_of_space(true);
  return try_sweep(now, most);
}

//= spec:quality#1-gone
Result<std::size_t> SqliteWriter::try_sweep(Time now, std::size_t most) {
  if (!check()) {
    const Result<Done> works = probe();
    note(works);
    KF_TRY(works);
  }
  KF_TRY(const auto due, cells_.due(now, most));
  if (!due.empty()) {
    KF_TRY(auto transaction, sql::Transaction::begin(db_));
    Counts counts = counts_;
    moved_.clear();
    KF_TRY(take_due(due, now, counts));
    KF_TRY(commit(transaction, std::move(counts)));
    for (const DueCell& cell : due) memory_.cache.erase(cell.key);
  }
  if (due.size() < most) {
    KF_TRY(truncate_log());
  }
  return due.size();
}

Result<Done> SqliteWriter::take_due(const std::vector<DueCell>& due, Time now, Counts& counts) {
  for (const DueCell& cell : due) {
    if (cell.info.has_remains && now < cell.info.remains_until) {
      KF_TRY(cells_.cut(cell.info));
      continue;
    }
    KF_TRY(cells_.erase(cell.info));
    moved_[cell.key] = 0;
    --counts[cell.info.secret_id];
  }
  return Done{};
}

// Moves the log into the file and cuts it to nothing: what it held of older content is gone, and
// the file itself holds zeros where content was (secure_delete).
Result<Done> SqliteWriter::truncate_log() {
  if (!wrote_since_truncate_) return Done{};
  KF_TRY(auto checkpoint, db_.prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  KF_TRY(const bool row, checkpoint.step());
  if (!row || checkpoint.integer(0) != 0) {
    return fail(Errc::unavailable, "the store's log is in use and could not be cut");
  }
  wrote_since_truncate_ = false;
  return Done{};
}

//= spec:quality#1-durable
void SqliteWriter::note(const Result<Done>& done) {
  const std::lock_guard lock(mutex_);
  if (done) {
    failure_.reset();
  } else if (done.error().code != Errc::storage_full) {
    failure_ = done.error();
  }
}

Result<Done> SqliteWriter::check() const {
  const std::lock_guard lock(mutex_);
  if (failure_) return *failure_;
  return Done{};
}

Result<Done> SqliteWriter::probe() {
  const CellCount count =
      counts_.empty() ? CellCount{} : CellCount{counts_.begin()->first, counts_.begin()->second};
  KF_TRY(auto transaction, sql::Transaction::begin(db_));
  // Another number and back: the page counts as changed.
  KF_TRY(cells_.set_count({count.secret_id, count.cells + 1}));
  KF_TRY(cells_.set_count(count));
  wrote_since_truncate_ = true;
  return transaction.commit();
}

void SqliteWriter::set_short_of_space(bool short_of_space) {
  const std::lock_guard lock(mutex_);
  short_of_space_ = short_of_space;
}

// Gives free pages of the file back to the disk, a portion at a time, and tries for the reserve.
void SqliteWriter::recover_space() {
  if (!short_of_space()) return;
  const bool shrunk = db_.execute(kGiveBackPages) && truncate_log();
  if (shrunk && reserve_.make()) set_short_of_space(false);
}

}  // namespace keyferry::store
