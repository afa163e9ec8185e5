// The receiver's side: from what the person pasted to a credential in the wallet.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/delegation_record.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

struct ReceiverOptions {
  std::optional<SecretBytes> pin;     // as typed; mapped to ASCII digits
  std::optional<SecretBytes> secret;  // of a link that came without one, as typed
  std::optional<SecretBytes> code;    // of a confirmed exchange with a code, as typed
  std::optional<SecretBytes> number;  // stood below the link: the code where one is asked for, else
                                      // the PIN
  std::string name;                   // what to call the credential; empty: chosen
  bool force = false;                 // go on with a link that looks damaged
  std::optional<keystore::Place> direct;  // the share lies there; the text is its secret
};

// Received is what a share comes to: a credential that an authority issued, or a delegation that
// its sender signed.
using Received = std::variant<keystore::CredentialRecord, keystore::DelegationRecord>;

// accept_share takes what `text` names: a share link or an OpenID4VCI offer; with `options.direct`
// the secret part of a share that lies in that file, or comes by the wallet's streams. It shows
// what is offered and asks; makes the key; redeems; checks what came; stores it. A call that was
// cut off anywhere is finished by calling again with the same text: the same key, claim and request
// ids are used.
//
// Errors say what happened, what state the share is in and what to do next. After an error before
// the person agreed, a claimed mailbox is given back.
Result<Received> accept_share(Wallet& wallet, std::string_view text, ReceiverOptions options);

// cancel_accept gives up what is being taken by the link `text`: the sender is told, or, where
// nothing was asked of it yet, the mailbox given back. Returns what became of it, for the person.
// Errors: not_found (nothing is).
Result<std::string> cancel_accept(Wallet& wallet, std::string_view text,
                                  const ReceiverOptions& options);

// mark_reported notes that the person has seen how to use the credential: from then on taking the
// same link again is refused.
Result<Done> mark_reported(const keystore::Home& home, const Received& taken);

}  // namespace keyferry::wallet
