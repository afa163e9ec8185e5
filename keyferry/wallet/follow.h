// Following a share while it changes.
#pragma once

#include <functional>

#include "keyferry/wallet/holder.h"

namespace keyferry::wallet {

// follow_share calls `seen` with the share now and once after every change until `seen` says stop
// or the share is over. Long polls, no timer. A network that fails is waited out; the person is
// told once.
Result<Done> follow_share(Wallet& wallet, FoundShare& found,
                          const std::function<bool(const ShareView&)>& seen);

}  // namespace keyferry::wallet
