// How a confirmed exchange ended, in words for its sender.
#pragma once

#include <optional>
#include <string>

#include "keyferry/keystore/sender_record.h"
#include "keyferry/transfer/effects.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// SenderOutcome: `reason` is empty when the receiver has the credential, else the word of
// transfer.md (or the state of a share that was taken, and ended since), and `text` says it to the
// person.
struct SenderOutcome {
  std::string reason;
  std::string text;
};

// WhatIsKnown is what the authority told during the exchange, and what the receiver calls itself.
struct WhatIsKnown {
  bool taken = false;
  bool revoked = false;
  std::string label;
  bool signed_ = false;  // a delegation left this wallet
};

// outcome_of says how an exchange ended that has just ended. Pure.
SenderOutcome outcome_of(const WhatIsKnown& known, const keystore::SenderRecord& record,
                         const transfer::Ended& ended);

// known_outcome asks the authority how an exchange ended that was over before: much may have come
// after. Nothing where the share still waits to be taken, or where nobody took it and the exchange
// knows why. Errors: as Holder::share, what leaves it open.
Result<std::optional<SenderOutcome>> known_outcome(Wallet& wallet,
                                                   const keystore::SenderRecord& record,
                                                   bool exchange_knows);

}  // namespace keyferry::wallet
