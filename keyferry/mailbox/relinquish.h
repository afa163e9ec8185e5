// RelinquishMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

struct Relinquished {
  bool duplicate = false;  // answer 201; nothing to store
  Mailbox box;
};

// decide_relinquish frees the receiver's side again; only the receiver may, and always (A-10,
// If it has written, the creator's payload comes back in its place, so that the next
// receiver never gets a reply meant for the creator; a queue is as it was before the bind. Errors:
// not_found; unauthorized (`not_bound`); conflict (`exchange_advanced`) if the creator has written
// since the bind, which cannot be undone.
Result<Relinquished> decide_relinquish(std::optional<State> current, const HashedClaim& claim,
                                       const HashedRequest& request, Time now);

}  // namespace keyferry::mailbox
