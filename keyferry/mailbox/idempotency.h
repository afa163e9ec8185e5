// Which requests a mailbox has carried out, so that a retry after a lost answer changes nothing.
#pragma once

#include <cstddef>

#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

// The last kRecordsPerClaim requests of a claim are remembered. Claims that gave the mailbox
// up are remembered too, the last kFormerClaims of them, so that nobody can make a cell grow
// without end by claiming and giving back.
inline constexpr std::size_t kRecordsPerClaim = 16;
inline constexpr std::size_t kFormerClaims = 16;

// was_done tells whether `request` of `claim` was carried out before. It is asked before anything
// else about the caller: a relinquished claim has no rights left, yet its retry is a duplicate
//
bool was_done(const Mailbox& box, const HashedClaim& claim, const HashedRequest& request);

// record notes that `request` of `claim` was carried out, dropping what is beyond the limits.
void record(Mailbox& box, const HashedClaim& claim, const HashedRequest& request);

}  // namespace keyferry::mailbox
