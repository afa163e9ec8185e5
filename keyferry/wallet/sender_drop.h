// The sender's calls on the dropbox of a relay (Draft R) outside of an exchange: message 0.
#pragma once

#include "keyferry/keystore/exchange_file.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// seal_first seals the first message of `record`, for its dropbox or for its mailbox or file. Where
// the exchange goes on, `exchange` notes what was said.
transfer::SealedPayload seal_first(const keystore::SenderRecord& record, ByteView plaintext,
                                   keystore::ExchangeFile* exchange = nullptr);

// put_first lays it into the dropbox; repeating it is harmless. Result and errors: as
// DropClient::put with the record's `notify`.
Result<bool> put_first(Wallet& wallet, const keystore::SenderRecord& record);

// remove_first takes it away, if nobody has fetched it. Errors are of no consequence.
void remove_first(Wallet& wallet, const keystore::SenderRecord& record);

}  // namespace keyferry::wallet
