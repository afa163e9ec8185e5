// Revoking: the share and everything below it, its codes and tokens, the audit log and the list's
// number in one transaction. authority/revoke.h decides.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "keyferry/ledger/lists.h"
#include "keyferry/ledger/look.h"

namespace keyferry::ledger {

// Revoked says what is revoked (or dropped) now, which list numbers show it, and on which hosts it
// gave access: their verifiers have to take those lists.
struct Revoked {
  std::vector<authority::ShareId> shares;
  std::vector<ListNumber> lists;
  bool changed = false;  // anything, now
  std::set<std::string> hosts;
};

// revoke_share revokes share `id` and everything below it that could still open something
// (standing_below). A holder who names his own share drops it: it ends, what is below is revoked.
// Repeating it changes nothing and answers the same.
// Errors: as path_below.
//
//= spec:authority#2-drop
Result<Revoked> revoke_share(sql::Database& db, const Caller& caller, const authority::ShareId& id,
                             Time now);

// revoke_below revokes what is below the holder's own share, which goes on. Only what was not
// revoked before is named. Errors: as list_shares.
Result<Revoked> revoke_below(sql::Database& db, const authority::ShareId& caller, Time now);

// revokes_nothing says whether revoke_share would change nothing or be refused, and
// revokes_nothing_below the same of revoke_below, by looking at the share and those right below it
// alone: below a revoked share nothing stands.
Result<bool> revokes_nothing(sql::Database& db, const Caller& caller, const authority::ShareId& id,
                             Time now);
Result<bool> revokes_nothing_below(sql::Database& db, const authority::ShareId& above, Time now);

}  // namespace keyferry::ledger
