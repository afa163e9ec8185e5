// What a holder does with shares that exist: end them, follow them, clean up behind them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/holder.h"

namespace keyferry::wallet {

struct RevokeOutcome {
  std::string share;                 // whose id was named; empty for revoke_below
  std::vector<std::string> revoked;  // ids, the share and everything below it
  std::string open_sessions;         // "continue" or "ended-by-hook"
  boost::json::object raw;           // for --json
  std::string path;                  // of the call, to ask again
  std::shared_ptr<Holder> holder;    // who called
};

// revoke_share ends the share whose id is, or begins with, `text`, and everything below it.
// With a whole id it is one call: nothing is listed or read first. Its place is left to
// tidy_revoked. Errors: as find_share.
//
//= spec:authority#2-flood
Result<RevokeOutcome> revoke_share(Wallet& wallet, std::string_view text);

// revoke_below ends everything below a credential in one call. `revoked` names what was not
// revoked before. The places are left to tidy_below.
Result<RevokeOutcome> revoke_below(Wallet& wallet, const keystore::CredentialRecord& record);

// await_verifiers asks again, for `most` in all, until the verifiers that the authority hears have
// taken the lists that the outcomes name, and puts what it learns into their `raw`. That is news,
// not a condition: what is revoked is revoked, so a failure is silent.
//
//= spec:authority#6-acknowledged
void await_verifiers(std::vector<RevokeOutcome>& outcomes, Duration most);

// tidy_revoked and tidy_below delete the mailboxes and erase the secrets of what was revoked. A
// place that cannot be reached is a note to the person and no error, and all of them together get
// Web::kBrief: what is revoked is revoked. tidy_senders comes back to it until its link runs out.
void tidy_revoked(Wallet& wallet, const std::vector<RevokeOutcome>& outcomes);
void tidy_below(Wallet& wallet, const keystore::CredentialRecord& record);

// tidy_senders ends the transfers of shares that were taken, ended or whose link ran out: mailboxes
// are deleted and secrets erased (tigress A-53). `shares` is what the authority said of them. What
// fails is a note, as in tidy_revoked.
void tidy_senders(Wallet& wallet, const std::vector<ShareView>& shares);

// erase_overdue erases, without asking anybody, what is of no use any more: the secrets of
// immediate shares whose link ran out, what was signed and is over, and what tidy_receivers erases.
// Run by every command, since there is no daemon. What fails is a note.
void erase_overdue(Wallet& wallet);

// follow_share calls `seen` with the share now and once after every change until `seen` says stop
// or the share is over. Long polls, no timer. A network that fails is waited out; the person is
// told once.
Result<Done> follow_share(Wallet& wallet, FoundShare& found,
                          const std::function<bool(const ShareView&)>& seen);

}  // namespace keyferry::wallet
