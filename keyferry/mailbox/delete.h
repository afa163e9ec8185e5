// DeleteMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

struct Deleted {
  Tombstone left;         // to be stored until tombstone_until
  PushToken other_token;  // of the other side, which is told
};

// decide_delete ends the mailbox: the creator may always, the bound receiver if accessRights
// hold D. Errors: not_found (a repeated delete too, IDM-10); unauthorized (`not_bound`,
// `access_right`).
Result<Deleted> decide_delete(std::optional<State> current, const HashedClaim& claim, Time now);

}  // namespace keyferry::mailbox
