// The receiver's calls on the dropbox of a relay (Draft R) outside of an exchange: message 0.
#pragma once

#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// open_dropbox fetches and opens message 0 and puts the offer into the record, or begins the
// confirmed exchange that it holds; once that is stored it is deleted, so that whoever gets the
// link later finds nothing. Where another reader was faster with that, the exchange is its: a
// sender reads one answer. An immediate offer is still redeemed, and the person told. Errors:
// not_found (nothing lies there), cannot_open (nothing was taken), conflict with reason
// `not_alone`.
Result<Done> open_dropbox(Wallet& wallet, keystore::ReceiverRecord& record);

// put_back lays message 0 there again, for whoever the link is meant for. Errors: what leaves open
// whether it lies there. remove_dropped deletes it, if the run that read it could not; errors are
// of no consequence.
Result<Done> put_back(Wallet& wallet, const keystore::ReceiverMailbox& mailbox);
void remove_dropped(Wallet& wallet, const keystore::ReceiverMailbox& mailbox);

}  // namespace keyferry::wallet
