// Receiving a right that its sender signs itself (format keyferry.delegation.v1).
#pragma once

#include "keyferry/keystore/delegation_record.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/transfer/confirmed_receiver.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// show_delegation tells the person what is offered, from the data. Errors: forbidden (reason kind:
// one that this version does not know; expired).
Result<Done> show_delegation(Wallet& wallet, const transfer::DelegationInvite& invite);

// keep_delegation checks what came against what the person agreed to, and stores it under a name:
// every signature from the owner's key on, its own key at the end, and rights that are no wider
// than the invite's. Errors: forbidden or invalid, the reason as a lock names it, or `issuer`
// (another key signed than the invite says), `holder`, `offer` (wider than offered); name_taken.
Result<keystore::DelegationRecord> keep_delegation(Wallet& wallet,
                                                   const keystore::ReceiverRecord& record,
                                                   const transfer::DelegationInvite& invite,
                                                   const transfer::Import& import,
                                                   const std::string& name);

}  // namespace keyferry::wallet
