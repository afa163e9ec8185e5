// Cleaning up behind shares that are over: the places where their messages lie, and the secrets
// that this wallet kept for them.
#pragma once

#include <vector>

#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/revoke.h"
#include "keyferry/wallet/share_view.h"

namespace keyferry::wallet {

// tidy_revoked and tidy_below delete the mailboxes and erase the secrets of what was revoked. A
// place that cannot be reached is a note to the person and no error, and all of them together get
// Web::kBrief: what is revoked is revoked. tidy_sent comes back to it until its link runs out.
void tidy_revoked(Wallet& wallet, const std::vector<RevokeOutcome>& outcomes);
void tidy_below(Wallet& wallet, const keystore::CredentialRecord& record);

// tidy_sent ends the transfers of shares that were taken, ended or whose link ran out: mailboxes
// are deleted and secrets erased (tigress A-53). `shares` is what the authority said of them. What
// fails is a note, as in tidy_revoked.
void tidy_sent(Wallet& wallet, const std::vector<ShareView>& shares);

// erase_overdue erases, without asking anybody, what is of no use any more: the secrets of
// immediate shares whose link ran out, what was signed and is over, and what tidy_received erases.
// Run by every command, since there is no daemon. What fails is a note.
void erase_overdue(Wallet& wallet);

}  // namespace keyferry::wallet
