// From the text of a link to a record, and from the first message on; letting a link go.
#pragma once

#include "keyferry/keystore/exchange_file.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/receiver.h"

namespace keyferry::wallet {

// read_link parses `text` and asks for a secret that is missing. Errors: as parse_share_link;
// forbidden with reason own_share for a link that this persona made itself.
Result<transfer::ShareLink> read_link(Wallet& wallet, std::string_view text,
                                      const ReceiverOptions& options);

// use_message puts the offer that `plaintext` holds into the record, or begins the
// exchange that it invites to, and stores that; `drops` is where a dropbox stands after it.
Result<Done> use_message(Wallet& wallet, keystore::ReceiverRecord& record, ByteView plaintext,
                         std::optional<keystore::DropState> drops = {});

// let_go ends a transfer that brought nothing, because of `why`: the link is given back, so that
// another device can open it, and the record erased. Where no answer says that it is free, the
// record keeps the claim alone, and the same command goes on with it. Returns `why` with what
// became of the link.
Error let_go(Wallet& wallet, const keystore::ReceiverRecord& record, Error why);

// new_mailbox makes claim and request ids for a link, all fresh; the secret is copied.
keystore::ReceiverMailbox new_mailbox(const transfer::ShareLink& link);

}  // namespace keyferry::wallet
