// The table of shares: reading, writing and walking the tree. All calls run inside a transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/authority/share.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

// find_share returns nothing where no share has that id.
Result<std::optional<authority::Share>> find_share(sql::Database& db, const authority::ShareId& id);

// path_of returns the share with everything above it, the root first. Errors: not_found.
Result<authority::Path> path_of(sql::Database& db, const authority::ShareId& id);

// below returns everything under `id`, at every depth, oldest first, without the share itself.
Result<std::vector<authority::Share>> below(sql::Database& db, const authority::ShareId& id);

// standing_below returns what a revoke of `id` has to end: everything under it that could still
// open something, at every depth, oldest first. Not: what is revoked already, what was refused or
// ran out untaken, and what has been over for kListedAfterEnd, which no lock's clock takes for
// present. These take no time either, however many were made (shares_standing).
Result<std::vector<authority::Share>> standing_below(sql::Database& db,
                                                     const authority::ShareId& id, Time now);
// standing_statement is its query: how it is planned is tested.
std::string standing_statement();
// stands_below says whether there is any such right below `id`.
Result<bool> stands_below(sql::Database& db, const authority::ShareId& id, Time now);
// revoked_with returns everything under `id` that was revoked at `when`, as one revoke does it:
// every share above it, up to right below `id`, was revoked then, too.
Result<std::vector<authority::Share>> revoked_with(sql::Database& db, const authority::ShareId& id,
                                                   Time when);
// last_revoked is when a share right below `id` was revoked last; nothing: none was.
Result<std::optional<Time>> last_revoked(sql::Database& db, const authority::ShareId& id);

// live_children counts the shares made by `id` itself that are in their time and open, claimed,
// locked or redeemed, live_branches those of them that can be shared on, live_below all such under
// `id`. Counting ends at `most`.
Result<int> live_children(sql::Database& db, const authority::ShareId& id, Time now, int most);
Result<int> live_branches(sql::Database& db, const authority::ShareId& id, Time now, int most);
Result<int> live_below(sql::Database& db, const authority::ShareId& id, Time now, int most);

// branch_of is the share right below the root on `path` (of the holder who makes a share; root
// first), or `id`, the new one, below a root itself.
authority::ShareId branch_of(const authority::Path& path, const authority::ShareId& id);
// made_by and made_in count the shares that `id` made, or that were made in branch `id`, after
// `since`, whatever became of them. Counting ends at `most`.
Result<int> made_by(sql::Database& db, const authority::ShareId& id, Time since, int most);
Result<int> made_in(sql::Database& db, const authority::ShareId& id, Time since, int most);

// all_shares returns every share, oldest first.
Result<std::vector<authority::Share>> all_shares(sql::Database& db);

// shares_after returns the next `most` shares behind the one with that id, oldest first; nothing:
// from the first on. Errors: not_found (there is no such share).
Result<std::vector<authority::Share>> shares_after(sql::Database& db,
                                                   const std::optional<authority::ShareId>& id,
                                                   int most);

// due_shares returns up to `most` shares whose time is over but not yet written down (settle).
Result<std::vector<authority::Share>> due_shares(sql::Database& db, Time now, int most);

// next_due returns the first instant at which a share becomes due, if any.
Result<std::optional<Time>> next_due(sql::Database& db);

// insert_share adds a new one (its PIN too, so that it cannot come again) in its branch (a root has
// none); update_share writes what can change. Errors: conflict (the id exists).
Result<Done> insert_share(sql::Database& db, const authority::Share& share,
                          const std::optional<authority::ShareId>& branch = std::nullopt);
Result<Done> update_share(sql::Database& db, const authority::Share& share);

// pin_was_used says whether the share ever had this PIN.
Result<bool> pin_was_used(sql::Database& db, const authority::ShareId& id,
                          const digest::Sha256& mac);

}  // namespace keyferry::ledger
