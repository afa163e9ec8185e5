// The direct transport (transfer.md section 6): no relay; a file, a QR picture, or standard input
// and output. A place is named by a path, or "-" for the streams that the wallet was started with.
#pragma once

#include <memory>
#include <string>

#include "keyferry/carrier/carrier.h"
#include "keyferry/keystore/exchange_file.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// direct_carrier is the place; without `secret` it can only be closed. Streams that this command
// was not started with (Wallet::stream) are one that is gone.
std::unique_ptr<carrier::Carrier> direct_carrier(Wallet& wallet, const std::string& place,
                                                 SecretBytes secret = {});

// first_message reads what lies there first; on streams it waits for it. Errors: not_found (nothing
// that is a sealed message, reason no_file), invalid (no QR code in the picture; hung_up).
Result<carrier::Arrived> first_message(Wallet& wallet, const std::string& place);

// hand_over writes what this side said last in an exchange whose place are the streams: its first
// message, or after a new start that of `exchange` once more. Elsewhere it lies there already.
Result<Done> hand_over(Wallet& wallet, const keystore::SenderRecord& record);
Result<Done> hand_over(Wallet& wallet, const std::string& place,
                       const keystore::ExchangeFile& exchange);

}  // namespace keyferry::wallet
