// How many shares a holder may make, and why nobody uses up what others may.
#pragma once

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

}  // namespace keyferry::ledger
