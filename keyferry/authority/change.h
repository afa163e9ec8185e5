// What happens to a share after it was made and beside redeeming: granted, re-armed, offered again,
// refused. What ends it: revoke.h.
#pragma once

#include <string>

#include "keyferry/authority/share.h"

namespace keyferry::authority {

// GrantWish is a checked form: who may redeem a confirmed share, and what the sender calls it.
struct GrantWish {
  std::string thumbprint;            // RFC 7638: base64url of 32 octets
  std::optional<std::string> label;  // made safe to show
};

// parse_grant reads the body of POST /v1/shares/{id}/grant. Errors: invalid (the detail names the
// member).
Result<GrantWish> parse_grant(const boost::json::object& body);

// How many codes a share ever has, beside those of re-arming: each is a row of the audit log, and
// who asks again and again gets no more.
inline constexpr std::uint32_t kMostCodes = 32;

// grant binds a confirmed share to the key that its maker approved and gives it a code for that key
// alone: open → claimed. The first grant fixes the key for ever; the same key again gets a new code
// (the older one is dead, and with it the tokens it was exchanged for) and keeps the first label.
// Errors: conflict with reason `not_confirmed` (an immediate share), `already_granted` (another
// key), `codes_used_up` (kMostCodes), or the state's name where nothing can be granted any more.
//
//= spec:authority#2-grant
Result<Share> grant(Share share, const GrantWish& wish, Time now);

// rearm gives a locked share a new PIN: locked → open with a new code; in confirmed mode → claimed,
// and the bound code stays, since no message could carry another. At most kRearms times.
// `pin_was_used` says whether the share ever had that PIN. Errors: conflict with reason
// `not_locked`, `rearms_used_up`, `expired` or `revoked`; invalid with reason `pin_used` (the same
// PIN never gets new tries) or for a PIN that is not six digits.
//
//= spec:authority#2-rearm-confirmed
Result<Share> rearm(const ServerKeys& keys, Share share, std::string_view pin, bool pin_was_used,
                    Time now);

// offer_again gives an open or claimed immediate share a new code; the older one dies, and with it
// the tokens it was exchanged for. Errors: conflict with reason `confirmed` (grant does that
// there), `locked`, `codes_used_up` (kMostCodes), or the state's name where nothing can be redeemed
// any more.
Result<Share> offer_again(Share share, Time now);

// refuse takes an open share back before anybody took it: open → refused, again and again. Errors:
// conflict with reason `not_open`.
Result<Share> refuse(Share share, Time now);

}  // namespace keyferry::authority
