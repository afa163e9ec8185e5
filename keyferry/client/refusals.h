// What an error of a call says: the answer was lost, a proof was refused, or the share was. A key
// or an order is given up for the last alone.
#pragma once

#include "keyferry/base/result.h"

namespace keyferry::client {

// was_lost says whether the call may have been carried out without an answer reaching us (somebody
// on the way may have answered instead, or redirected), or the server could not answer now: worth
// repeating.
bool was_lost(const Error& error);

// refuses_proof says whether an authority refused the proof and not what was asked for: it was seen
// before (somebody on the way sent the request twice: the first answer was lost), or its nonce or
// time are stale. A new proof may be taken.
bool refuses_proof(const Error& error);

// is_refusal says whether an authority has definitely refused what was asked for: its own word,
// about the request and not about a proof, a token or the moment. Everything else leaves open
// whether it was done.
bool is_refusal(const Error& error);

// go_on_later adds what to do where nothing is lost yet.
Error go_on_later(Error error);

// refuses_share says whether an authority has definitely refused the share that is being taken:
// with this key it will never be had. is_final also counts a credential that this wallet discarded,
// since it was not what was offered.
bool refuses_share(const Error& error);
bool is_final(const Error& error);

// link_leads_nowhere is what the relay cannot tell apart (experience.md section 2).
Error link_leads_nowhere();

}  // namespace keyferry::client
