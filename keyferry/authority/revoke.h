// What ends a share for good, whatever state it is in. What was made from it ends with it: the
// ledger revokes all that stands below (ledger/revoke.h), and credential/ssh_krl.h writes what
// verifiers obey.
#pragma once

#include "keyferry/authority/share.h"

namespace keyferry::authority {

// revoke marks a share revoked, whatever it was; false if it was revoked already.
bool revoke(Share& share, Time now);

// drop marks a share as given up by its own holder: redeemed → ended. False if it is over already.
bool drop(Share& share, Time now);

}  // namespace keyferry::authority
