#include "keyferry/ledger/ledger.h"

#include "keyferry/ledger/schema.h"

namespace keyferry::ledger {

Result<std::unique_ptr<Ledger>> Ledger::prepare(sql::Database database) {
  KF_TRY(database.migrate(schema_steps()));
  return std::unique_ptr<Ledger>(new Ledger(std::move(database)));
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path) {
  KF_TRY(auto database, sql::Database::open(path));
  return prepare(std::move(database));
}

Result<std::unique_ptr<Ledger>> Ledger::in_memory() {
  KF_TRY(auto database, sql::Database::in_memory());
  return prepare(std::move(database));
}

Result<Done> Ledger::backup_to(const std::filesystem::path& path) {
  std::lock_guard lock(mutex_);
  return database_.backup_to(path);
}

}  // namespace keyferry::ledger
