// A link that offers a delegation: a right that its sender signs itself (format
// keyferry.delegation.v1).
#pragma once

#include "keyferry/wallet/take.h"

namespace keyferry::wallet {

// refuse_delegation fails where `plaintext`, what lies at `mailbox`, begins the delegation
// conversation: this wallet keeps no delegations. It writes nothing, so that the caller can give
// the mailbox back. Errors: forbidden (reason `delegation`, the detail naming what is offered and
// who would sign it); invalid for an invite that cannot be read (reason `damaged`, `version`, …).
//
//= spec:transfer#3-delegation
Result<Done> refuse_delegation(const TakeMailbox& mailbox, ByteView plaintext);

}  // namespace keyferry::wallet
