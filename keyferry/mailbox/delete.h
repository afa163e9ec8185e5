// DeleteMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

// decide_delete ends the mailbox: the creator may always, the bound receiver if accessRights
// hold D. Returns what is left of it, to be stored until tombstone_until. Errors: not_found (a
// repeated delete too, IDM-10); unauthorized (`not_bound`, `access_right`).
Result<Tombstone> decide_delete(std::optional<State> current, const HashedClaim& claim, Time now);

}  // namespace keyferry::mailbox
