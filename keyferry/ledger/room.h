// How many shares a holder may make, and why nobody uses up what others may.
#pragma once

#include <cstddef>

#include "keyferry/ledger/offer.h"

namespace keyferry::ledger {

// check_room says whether the holder at the end of `above` may make one more share.
//
// Of live shares: per_holder of his own. Below a root the branches, which are its live children
// that can be shared on, divide per_root evenly, and each may hold its part, whatever the others
// hold. So a branch that comes late has its part too; all of them together hold per_root times 1 +
// 1/2 + 1/3 …, six times as much for 256. Deeper down a branch may hold the part of the one above
// divided by one more than the branches beside it, itself included.
//
// Of shares made in the last 24 hours: per_day by one holder, and in all of one branch below a
// root.
//
// Errors: forbidden with reason `too_many_shares`.
//
//= spec:authority#2-flood
Result<Done> check_room(sql::Database& db, const authority::Path& above, const ShareLimits& limits,
                        Time now);

// reserve_for is how many octets a ledger keeps aside on its disk so that revoking still works when
// that is full: enough to revoke at once all the live shares that these limits allow below one
// root, since that is one transaction, and 8 MiB for all else (lists that are signed, later
// revokes). A limit of 0 counts as the shipped one.
std::size_t reserve_for(const ShareLimits& limits);

// What revoking one share adds to log and database, of many with rights of a KB (room_test.cc
// measures 2.1 KB): its row anew, an audit row, entries of indexes, the token that is dropped. Half
// as much again for rows that lie apart.
inline constexpr std::size_t kRevokeOctets = 3072;

}  // namespace keyferry::ledger
