// Looking at shares, and refusing them. Revoking: revoke.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/ledger/ledger.h"
#include "keyferry/ledger/record.h"

namespace keyferry::ledger {

// Caller: a holder (his share's id) or the administrator (nothing), who may touch every share.
using Caller = std::optional<authority::ShareId>;

// path_below returns the path of share `id`, which must lie strictly below the caller's. Errors:
// not_found (unknown or elsewhere: never told apart), forbidden (`revoked`, `ended`, `expired`: the
// caller itself may not act any more).
Result<authority::Path> path_below(sql::Database& db, const Caller& caller,
                                   const authority::ShareId& id, Time now);

// list_shares returns everything below the caller, oldest first. share_record one of them.
Result<std::vector<ShareRecord>> list_shares(sql::Database& db, const Caller& caller, Time now);
Result<ShareRecord> share_record(sql::Database& db, const Caller& caller,
                                 const authority::ShareId& id, Time now);

// refuse_share: authority/change.h.
Result<ShareRecord> refuse_share(sql::Database& db, const Caller& caller,
                                 const authority::ShareId& id, Time now);

}  // namespace keyferry::ledger
