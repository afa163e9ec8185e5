// The authority's records: one SQLite database, changed only in serializable transactions.
//
// Every change of a share, a code, a PIN's tries or a list is one transaction that also writes a
// row of the audit log; it is durable (fsync) before the call returns. The operations on top of
// this stand one file each (shares_*.h, redeem.h, issue.h, …).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/sql/database.h"
#include "keyferry/sql/reserve.h"

namespace keyferry::ledger {

// Change is one row of the audit log: what happened to which share (its id, or empty).
struct Change {
  std::string event;
  std::string share;
};

// Space is what a transaction needs of the disk, which says how it goes on while that is full.
enum class Space {
  usual,    // it is refused with storage_full before it begins
  none,     // it runs: it reads, and what it has to remember stays in memory (Ledger::keep)
  reserve,  // it runs, and may use up the space that is kept aside: revoking, and nothing else
};

// Keep is where jtis and access tokens go: those in memory die with the process, and the proofs and
// tokens with them.
enum class Keep { disk, memory };

// Ledger is safe from any thread: operations run one after another. The file must belong to one
// process (whoever opens it holds an exclusive lock first; the ledger does not take it).
class Ledger {
 public:
  // open opens or makes the database and brings its schema up to date. Errors: unavailable (made by
  // a newer version; nothing is changed), io, invalid (not a database).
  // `reserve` octets are kept aside in PATH.reserve. On a full disk it still opens, if need be at
  // the cost of the reserve.
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& path,
                                              std::size_t reserve = 0);
  static Result<std::unique_ptr<Ledger>> in_memory();

  // transact runs `work(sql::Database&)`, which returns a Result<T>, in one BEGIN IMMEDIATE
  // transaction: committed if it succeeds, undone if it fails. When the disk turns out to be full,
  // `work` of another space than `usual` is run once more.
  //
  //= spec:authority#7-kill
  template <class Work>
  auto transact(Work work, Space space = Space::usual)
      -> decltype(work(std::declval<sql::Database&>())) {
    std::unique_lock lock(mutex_);
    auto result = run(work, space);
    if (!result && result.error().code == Errc::storage_full && make_room(space)) {
      result = run(work, space);
    }
    if (!result || !observer_) return result;
    const std::vector<Change> changes = new_changes();
    lock.unlock();
    if (!changes.empty()) observer_(changes);
    return result;
  }

  // observe is told of every change after it was committed, on the thread that made it, outside of
  // the transaction. Set once, before the ledger is shared between threads.
  using Observer = std::function<void(const std::vector<Change>&)>;
  Result<Done> observe(Observer observer);

  // attempt runs `work` inside a transaction that has already done something worth keeping: what
  // `work` did is undone if it fails, but the transaction goes on.
  template <class Work>
  static auto attempt(sql::Database& db, Work work) -> decltype(work()) {
    KF_TRY(db.execute("SAVEPOINT attempt"));
    auto result = work();
    if (!result) {
      KF_TRY(db.execute("ROLLBACK TO attempt"));
    }
    KF_TRY(db.execute("RELEASE attempt"));
    return result;
  }

  // keep, asked by `work` inside of transact, says where it stores jtis and tokens.
  Keep keep() const { return keep_; }

  // short_of_space says whether the disk is full: only `none` and `reserve` are served. recover
  // makes the reserve again if there is room for it; then all is served. Errors: storage_full, io.
  bool short_of_space();
  Result<Done> recover();

  // check answers for /readyz: after a transaction that the disk did not take it tries one that
  // changes nothing, until that is durable. A full disk is none: revoking goes on. Errors: io.
  Result<Done> check();

  // backup_to writes a consistent copy into a new file of mode 600.
  Result<Done> backup_to(const std::filesystem::path& path);

 private:
  Ledger(sql::Database database, sql::Reserve reserve)
      : database_(std::move(database)), reserve_(std::move(reserve)) {}
  static Result<std::unique_ptr<Ledger>> prepare(sql::Database database, sql::Reserve reserve);

  template <class Work>
  auto run(Work& work, Space space) -> decltype(work(std::declval<sql::Database&>())) {
    if (short_ && space == Space::usual) {
      return fail(Errc::storage_full, "the disk is full: only revoking works until there is room");
    }
    keep_ = short_ && space == Space::none ? Keep::memory : Keep::disk;
    KF_TRY(auto transaction, sql::Transaction::begin(database_));
    auto result = work(database_);
    if (!result) {
      note(result.error());
      return result;
    }
    auto committed = transaction.commit();
    if (committed) return result;
    note(committed.error());
    return committed.error();
  }
  void note(const Error& error) {
    if (error.code == Errc::io) disk_failed_ = true;
  }
  // make_room says whether to try again.
  bool make_room(Space space);
  // new_changes reads the rows of the audit log that were added since it was last called.
  std::vector<Change> new_changes();

  std::mutex mutex_;
  bool disk_failed_ = false;
  bool short_ = false;
  Keep keep_ = Keep::disk;
  sql::Database database_;
  sql::Reserve reserve_;
  Observer observer_;
  std::int64_t observed_ = 0;  // number of the last row that was told
};

}  // namespace keyferry::ledger
