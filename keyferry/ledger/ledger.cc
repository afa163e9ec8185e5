// A write that fails tells that the disk is full: then the reserve is given up for what has to
// work, and all else is refused until it could be made again.
#include "keyferry/ledger/ledger.h"

#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/schema.h"

namespace keyferry::ledger {

//= spec:authority#7-schema
Result<std::unique_ptr<Ledger>> Ledger::prepare(sql::Database database, sql::Reserve reserve) {
  KF_TRY(database.migrate(schema_steps()));
  KF_TRY(database.execute(memory_tables()));
  return std::unique_ptr<Ledger>(new Ledger(std::move(database), std::move(reserve)));
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path,
                                             std::size_t reserve_size) {
  sql::Reserve reserve(path.string() + ".reserve", reserve_size);
  const auto reserved = reserve.make();
  if (!reserved && reserved.error().code != Errc::storage_full) return reserved.error();
  const auto attempt = [&]() -> Result<std::unique_ptr<Ledger>> {
    KF_TRY(auto database, sql::Database::open(path));
    return prepare(std::move(database), reserve);
  };
  auto ledger = attempt();
  if (!ledger && ledger.error().code == Errc::storage_full && reserve.give_up()) {
    ledger = attempt();
    if (ledger) (*ledger)->short_ = true;
  }
  if (ledger && !reserved) (*ledger)->short_ = true;
  return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::in_memory() {
  KF_TRY(auto database, sql::Database::in_memory());
  return prepare(std::move(database), sql::Reserve({}, 0));
}

bool Ledger::make_room(Space space) {
  short_ = true;
  if (space == Space::usual) return false;
  return space == Space::none || reserve_.give_up();
}

bool Ledger::short_of_space() {
  std::lock_guard lock(mutex_);
  return short_;
}

Result<Done> Ledger::recover() {
  std::lock_guard lock(mutex_);
  if (!short_) return Done{};
  auto made = reserve_.make();
  if (made) short_ = false;
  return made;
}

Result<Done> Ledger::observe(Observer observer) {
  std::lock_guard lock(mutex_);
  KF_TRY(auto head, audit_head(database_));
  observed_ = static_cast<std::int64_t>(head.number);
  observer_ = std::move(observer);
  return Done{};
}

std::vector<Change> Ledger::new_changes() {
  std::vector<Change> changes;
  auto query =
      database_.prepare("SELECT number, event, share FROM audit WHERE number > ?1 ORDER BY number");
  if (!query) return changes;
  query->bind(1, observed_);
  while (true) {
    auto row = query->step();
    if (!row || !*row) return changes;
    observed_ = query->integer(0);
    changes.push_back({query->text(1), query->text(2)});
  }
}

//= spec:quality#1-durable
Result<Done> Ledger::check() {
  if (auto made = recover(); !made && made.error().code == Errc::io) return made.error();
  std::lock_guard lock(mutex_);
  if (!disk_failed_) return Done{};
  KF_TRY(auto transaction, sql::Transaction::begin(database_));
  KF_TRY(database_.execute("CREATE TABLE probe (x); DROP TABLE probe"));
  KF_TRY(transaction.commit());
  disk_failed_ = false;
  return Done{};
}

Result<Done> Ledger::backup_to(const std::filesystem::path& path) {
  std::lock_guard lock(mutex_);
  return database_.backup_to(path);
}

}  // namespace keyferry::ledger
