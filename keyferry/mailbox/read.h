// ReadSecureContentFromMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

struct ReadOut {
  bool changed = false;  // `box` binds a receiver anew: store it before answering from it
  Mailbox box;
};

// decide_read lets `claim` read, binding it if it is the first (claim.h). The creator reads too and
// never fills the receiver's side. Errors: not_found; unauthorized (`claimed`,
// `claim_proof`).
Result<ReadOut> decide_read(std::optional<State> current, const HashedClaim& claim,
                            const std::optional<ClaimKeyHash>& proof, Time now);

}  // namespace keyferry::mailbox
