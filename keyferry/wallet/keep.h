// Keeping credentials: renewing them in time, and giving them up.
#pragma once

#include <string>
#include <vector>

#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/holder.h"

namespace keyferry::wallet {

// renewal_is_due: the credential is past half the certificate's life while the share lasts longer,
// and not expired for over 7 days. That an answer once called it over does not count: if it is, the
// renewal is refused; if the answer was wrong, the renewal puts it right. Pure.
bool renewal_is_due(const keystore::CredentialRecord& record, Time now);

// renew_credential gets a new certificate for the same key, checks it against what the wallet holds
// (equal or narrower) and replaces the file. Returns the new record.
Result<keystore::CredentialRecord> renew_credential(Wallet& wallet,
                                                    const keystore::CredentialRecord& record);

// renew_due renews what is due, at most one try in 5 minutes each; failures are told to the person
// in one line and are no error. Run by every command, since there is no daemon.
void renew_due(Wallet& wallet);

// forget_credential drops a credential: the authority ends it and everything below it, then its
// files are erased. With `local_only` the authority is not asked. Errors leave the credential here.
Result<Done> forget_credential(Wallet& wallet, const keystore::CredentialRecord& record,
                               bool local_only);

// forget_holding erases a delegation with its key (`folder`: delegations), or what is known of a
// lock (locks; the owner's key stays, it is the persona's), and what was signed from it. Links that
// nobody has taken are ended.
Result<Done> forget_holding(Wallet& wallet, const std::string& folder, const std::string& name);

}  // namespace keyferry::wallet
