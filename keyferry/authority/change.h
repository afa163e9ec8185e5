// What happens to a share after it was made and beside redeeming: re-armed, offered again, refused,
// revoked, dropped.
#pragma once

#include <string>

#include "keyferry/authority/share.h"

namespace keyferry::authority {

// rearm gives a locked share a new PIN and a new code: locked → open, at most kRearms times.
// `pin_was_used` says whether the share ever had that PIN. Errors: conflict with reason
// `not_locked`, `rearms_used_up`, `expired` or `revoked`; invalid with reason `pin_used` (the same
// PIN never gets new tries) or for a PIN that is not six digits.
Result<Share> rearm(const ServerKeys& keys, Share share, std::string_view pin, bool pin_was_used,
                    Time now);

// offer_again gives an open or claimed share a new code; the older one dies, and with it the tokens
// it was exchanged for. Errors: conflict with reason `locked`, or the state's name where nothing
// can be redeemed any more.
Result<Share> offer_again(Share share, Time now);

// refuse takes an open share back before anybody took it: open → refused, again and again. Errors:
// conflict with reason `not_open`.
Result<Share> refuse(Share share, Time now);

// revoke marks a share revoked, whatever it was; false if it was revoked already.
bool revoke(Share& share, Time now);

// drop marks a share as given up by its own holder: redeemed → ended. False if it is over already.
bool drop(Share& share, Time now);

}  // namespace keyferry::authority
