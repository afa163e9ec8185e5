// Who is told of a change by push: the other side, of writes, claims, give-backs and
// deletes; nobody of an expiry.
#pragma once

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

// take_token keeps what `party` wished, if it wished anything. True if `box` was changed.
bool take_token(Mailbox& box, Party party, const PushWish& wish);

// token_of returns what `party` gave; empty for a stranger.
const PushToken& token_of(const Mailbox& box, Party party);

// token_beside returns the other side's, for a change that `party` makes.
const PushToken& token_beside(const Mailbox& box, Party party);

}  // namespace keyferry::mailbox
