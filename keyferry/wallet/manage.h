// What a holder does with shares that exist: end them, follow them, clean up behind them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "keyferry/wallet/holder.h"

namespace keyferry::wallet {

struct RevokeOutcome {
  std::vector<std::string> revoked;  // ids, the share and everything below it
  std::string open_sessions;         // "continue" or "ended-by-hook"
  boost::json::object raw;           // for --json
};

// revoke_share ends the share whose id is, or begins with, `text`, and everything below it, and
// deletes its mailbox. With a whole id it is one call: nothing is listed or read first.
// Errors: as find_share.
//
//= spec:authority#2-flood
Result<RevokeOutcome> revoke_share(Wallet& wallet, std::string_view text);

// revoke_below ends everything below a credential in one call, and deletes the mailboxes of what
// was shared from it. `revoked` names what was not revoked before.
Result<RevokeOutcome> revoke_below(Wallet& wallet, const CredentialRecord& record);

// tidy_gives ends the transfers of shares that were taken, ended or whose link ran out: mailboxes
// are deleted and secrets erased (tigress A-53). `shares` is what the authority said of them.
Result<Done> tidy_gives(Wallet& wallet, const std::vector<ShareView>& shares);

// follow_share calls `seen` with the share now and once after every change until `seen` says stop
// or the share is over. Long polls, no timer. A network that fails is waited out; the person is
// told once.
Result<Done> follow_share(Wallet& wallet, FoundShare& found,
                          const std::function<bool(const ShareView&)>& seen);

}  // namespace keyferry::wallet
