// A-55 as a caller sees it: a mailbox that only who knows a key may claim.
#pragma once

#include "keyferry/conformance/device.h"

namespace keyferry::conformance {

// ClaimKey stands for what wallets derive from the secret of a link: 32 random octets do as well.
struct ClaimKey {
  Bytes octets;
};
ClaimKey new_claim_key();

// hash_of is the text of claimHash.
std::string hash_of(const ClaimKey& key);

// proof_wish asks for the key, and for the policy "proof" unless told otherwise.
MailboxWish proof_wish(const ClaimKey& key, bool policy = true);

// prove adds the header that shows the key.
void prove(Call& call, const ClaimKey& key);

// knows_proofs says whether the relay has echoed the claimHash, as one does that will enforce it.
bool knows_proofs(const Box& box);

}  // namespace keyferry::conformance
