// The receiver's half of a confirmed exchange: the request, the words, redeeming, done.
#pragma once

#include "keyferry/keystore/exchange_file.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/receiver.h"

namespace keyferry::wallet {

// is_exchange says whether a plaintext is a message of the confirmed conversation, as far as can be
// told without reading it.
bool is_exchange(ByteView plaintext);

// begin_exchange reads the invite that `record`'s mailbox holds and stores the exchange, with where
// it stands in a dropbox. Errors: invalid (an invite that cannot be read; the caller gives the
// mailbox back), the reason `version` or `damaged`.
Result<Done> begin_exchange(Wallet& wallet, keystore::ReceiverRecord& record, ByteView plaintext,
                            std::optional<keystore::DropState> drops);

// run_receiver_exchange shows the invite and asks, then goes on until the credential or delegation
// is stored or the exchange has ended. One that ends without the credential leaves a tombstone in
// `record`'s place, unless nothing was written yet: then the mailbox is given back.
Result<Received> run_receiver_exchange(Wallet& wallet, keystore::ReceiverRecord& record,
                                       const ReceiverOptions& options);

// tell_received tells the sender that the credential is stored, where a run was cut off in
// between.
Result<Done> tell_received(Wallet& wallet, keystore::ReceiverRecord& record);

// tidy_received ends what was begun with a mailbox that has reached its deadline, unless its
// authority was asked already, and forgets everything after kUsedUpMemory: that a link was used up,
// too. That erases their secrets. What another process works on is left.
inline constexpr Duration kUsedUpMemory = std::chrono::hours(24) * 31;  // a mailbox lives 30 days
Result<Done> tidy_received(Wallet& wallet);

// give_up_receiving gives up: tells the sender, or gives the mailbox back where nothing was written
// yet. Returns what became of it, for the person.
Result<std::string> give_up_receiving(Wallet& wallet, keystore::ReceiverRecord& record);

}  // namespace keyferry::wallet
