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

// revoke_share ends a share and everything below it, and deletes its mailbox.
Result<RevokeOutcome> revoke_share(Wallet& wallet, FoundShare& found);

// tidy_gives ends the transfers of shares that were taken, ended or whose link ran out: mailboxes
// are deleted and secrets erased (tigress A-53). `shares` is what the authority said of them.
Result<Done> tidy_gives(Wallet& wallet, const std::vector<ShareView>& shares);

// follow_share calls `seen` with the share now and after every change until `seen` says stop or the
// share is over. Long polls, no timer. A network that fails is waited out; the person is told once.
Result<Done> follow_share(Wallet& wallet, FoundShare& found,
                          const std::function<bool(const ShareView&)>& seen);

}  // namespace keyferry::wallet
