// Redeeming an offer that is known by value: asks, makes the key, redeems, checks, stores.
#pragma once

#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/receiver.h"

namespace keyferry::wallet {

// allows_local says whether this authority may be at a local address.
bool allows_local(const Wallet& wallet, std::string_view issuer);

// agree_to_contact asks before the first contact with an authority that the wallet does not know.
// Errors: forbidden with reason declined.
Result<Done> agree_to_contact(Wallet& wallet, std::string_view issuer);

// redeem_offer finishes `record`, whose offer is known (and, in a confirmed exchange, was
// approved before: then the credential is held against that and nothing is asked), and returns the
// stored credential. `record` is saved before every step that the authority sees. The record itself
// is left to the caller.
Result<keystore::CredentialRecord> redeem_offer(Wallet& wallet, keystore::ReceiverRecord& record,
                                                const ReceiverOptions& options);

}  // namespace keyferry::wallet
