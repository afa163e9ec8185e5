// How a receiver opens the place that a link leads to: claim, read, open; give back; delete.
#pragma once

#include "keyferry/keystore/exchange_file.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/receiver.h"

namespace keyferry::wallet {

// read_link parses `text` and asks for a secret that is missing. Errors: as parse_share_link;
// forbidden with reason own_share for a link that this persona made itself.
Result<transfer::ShareLink> read_link(Wallet& wallet, std::string_view text,
                                      const ReceiverOptions& options);

// agree_to_fetch asks about a relay that is not on the list, once, and notes that the link is being
// followed. use_message puts the offer that `plaintext` holds into the record, or begins the
// exchange that it invites to, and stores that; `drops` is where a dropbox stands after it.
Result<Done> agree_to_fetch(Wallet& wallet, keystore::ReceiverRecord& record);
Result<Done> use_message(Wallet& wallet, keystore::ReceiverRecord& record, ByteView plaintext,
                         std::optional<keystore::DropState> drops = {});

// open_mailbox claims and reads the mailbox of `record` and puts the offer into the record, or
// begins the confirmed exchange that it holds; saved before every call. A message that cannot be
// used gives the mailbox back. Errors say so.
Result<Done> open_mailbox(Wallet& wallet, keystore::ReceiverRecord& record);

// open_file does the same for a share that lies in a file. Errors: not_found (nothing that is a
// sealed message lies there), cannot_open (the secret does not fit).
Result<Done> open_file(Wallet& wallet, keystore::ReceiverRecord& record);

// let_go ends a transfer that brought nothing, because of `why`: the link is given back, so that
// another device can open it, and the record erased. Where no answer says that it is free, the
// record keeps the claim alone, and the same command goes on with it. Returns `why` with what
// became of the link.
Error let_go(Wallet& wallet, const keystore::ReceiverRecord& record, Error why);

// delete_mailbox ends the mailbox after the credential was stored; errors are of no consequence.
void delete_mailbox(Wallet& wallet, const keystore::ReceiverRecord& record);

// new_mailbox makes claim and request ids for a link, all fresh; the secret is copied.
keystore::ReceiverMailbox new_mailbox(const transfer::ShareLink& link);

}  // namespace keyferry::wallet
