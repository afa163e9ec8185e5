// The receiver's calls on the dropbox of a relay (Draft R) outside of an exchange: message 0.
#pragma once

#include "keyferry/wallet/take.h"

namespace keyferry::wallet {

// open_dropbox fetches and opens message 0 and puts the offer into the record, or begins the
// confirmed exchange that it holds; once that is stored it is deleted, so that whoever gets the
// link later finds nothing; the person is told when another reader was faster with that. Errors:
// not_found (nothing lies there), cannot_open (nothing was taken).
Result<Done> open_dropbox(Wallet& wallet, TakeRecord& record);

// put_back lays message 0 there again, for whoever the link is meant for; remove_dropped deletes
// it, if the run that read it could not. Errors are of no consequence.
void put_back(Wallet& wallet, const TakeMailbox& mailbox);
void remove_dropped(Wallet& wallet, const TakeMailbox& mailbox);

}  // namespace keyferry::wallet
