// UpdateMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

struct Updated {
  bool duplicate = false;  // answer 201; nothing to store
  Mailbox box;
};

// decide_update puts `payload` in place of the present one, for the creator or the bound receiver,
// if accessRights hold W. A receiver's first write sets the creator's payload aside; a write of
// either side makes a provisional receiver firm. Never binds anybody. A duplicate of
// `request` changes nothing. Errors: not_found; unauthorized (`not_bound`, `access_right`).
Result<Updated> decide_update(std::optional<State> current, const HashedClaim& claim,
                              const HashedRequest& request, Payload payload, Time now);

}  // namespace keyferry::mailbox
