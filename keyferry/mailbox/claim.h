// The claim rule: who a caller is to a mailbox, and who becomes its one receiver.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

enum class Party { creator, recipient, stranger };

// decide_party tells who the holder of `claim` is. A provisional receiver is the recipient. Whoever
// shows the creator's claim is the creator.
Party decide_party(const Mailbox& box, const HashedClaim& claim);

// decide_claim returns who holds the receiver's side after a Read by `claim`, which is not the
// creator's. `proof` is SHA-256 of the claim key that the caller showed, if it showed any;
// something unreadable in its place is handed in as a hash that cannot match. Rows A-55 and CLM-06:
//
//   held by            no proof, or no key_hash    right proof         wrong proof
//   nobody             Provisional (Bound without  Bound               claim_proof
//                      key_hash); claim_proof
//                      with proof_only
//   provisionally me   unchanged                   Bound               claim_proof
//   provisionally other claimed                    Bound: displaced    claim_proof
//   me                 unchanged                   unchanged           unchanged
//   other              claimed; claim_proof        claimed             claim_proof
//                      with proof_only
//
// Without key_hash the proof is ignored. Errors: unauthorized with the reason `claim_proof` or
// `claimed`; nothing is changed.
Result<Recipient> decide_claim(const Mailbox& box, const HashedClaim& claim,
                               const std::optional<ClaimKeyHash>& proof);

// settle makes a provisional receiver the bound one: it has written, or the creator has.
void settle(Recipient& recipient);

}  // namespace keyferry::mailbox
