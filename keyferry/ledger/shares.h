// The table of shares: reading, writing and walking the tree. All calls run inside a transaction.
#pragma once

#include <optional>
#include <vector>

#include "keyferry/authority/share.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

Result<std::optional<authority::Share>> find_share(sql::Database& db, const authority::ShareId& id);

// path_of returns the share with everything above it, the root first. Errors: not_found.
Result<authority::Path> path_of(sql::Database& db, const authority::ShareId& id);

// below returns everything under `id`, at every depth, oldest first, without the share itself.
Result<std::vector<authority::Share>> below(sql::Database& db, const authority::ShareId& id);

// live_children counts the shares made by `id` itself that are in their time and open, claimed,
// locked or redeemed; live_below all such under `id`. Counting ends at `most`.
Result<int> live_children(sql::Database& db, const authority::ShareId& id, Time now, int most);
Result<int> live_below(sql::Database& db, const authority::ShareId& id, Time now, int most);

// all_shares returns every share, oldest first.
Result<std::vector<authority::Share>> all_shares(sql::Database& db);

// due_shares returns up to `most` shares whose time is over but not yet written down (settle).
Result<std::vector<authority::Share>> due_shares(sql::Database& db, Time now, int most);

// next_due returns the first instant at which a share becomes due, if any.
Result<std::optional<Time>> next_due(sql::Database& db);

// insert_share adds a new one (its PIN too, so that it cannot come again); update_share writes what
// can change. Errors: conflict (the id exists).
Result<Done> insert_share(sql::Database& db, const authority::Share& share);
Result<Done> update_share(sql::Database& db, const authority::Share& share);

// pin_was_used says whether the share ever had this PIN.
Result<bool> pin_was_used(sql::Database& db, const authority::ShareId& id,
                          const digest::Sha256& mac);

}  // namespace keyferry::ledger
