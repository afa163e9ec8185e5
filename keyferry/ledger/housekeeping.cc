// What is in memory is forgotten first, for that needs no disk; without room nothing else is done.
#include "keyferry/ledger/housekeeping.h"

#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/once.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

constexpr int kAtOnce = 200;

}  // namespace

Result<std::optional<Time>> keep_house(Ledger& ledger, Time now) {
  static_cast<void>(ledger.recover());  // without room it stays short of space, and says so
  KF_TRY(ledger.transact([&](sql::Database& db) { return forget_memory(db, now); }, Space::none));
  if (ledger.short_of_space()) return std::optional<Time>();
  return ledger.transact([&](sql::Database& db) -> Result<std::optional<Time>> {
    KF_TRY(forget_old(db, now));
    KF_TRY(auto due, due_shares(db, now, kAtOnce));
    for (auto& share : due) {
      if (!authority::settle(share, now)) continue;
      KF_TRY(update_share(db, share));
      KF_TRY(append_audit(db, now, encode_state(share.state), share.id.text()));
    }
    return next_due(db);
  });
}

}  // namespace keyferry::ledger
