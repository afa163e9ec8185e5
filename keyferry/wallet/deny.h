// Taking a delegation back: a deny list that its signer signs, and that wallets carry to the locks
// (docs/lock.md, "Denying").
#pragma once

#include "keyferry/wallet/open_door.h"

namespace keyferry::wallet {

struct DenyOutcome {
  std::string share;
  bool was_signed = false;           // otherwise nobody has it: only the link is dead
  std::vector<std::string> reached;  // locks (ids in hex) that have the new list
  std::vector<std::string> waiting;  // and those that do not know yet
};

// find_delegated says whether `share`, its id or the beginning of it (4 letters or more), names a
// delegation of this wallet, under way or signed; then it returns the id.
Result<std::optional<std::string>> find_delegated(const keystore::Home& home,
                                                  const std::string& share);

// deny_delegation ends an exchange that is under way and denies what was signed. An owner's list is
// brought to all of their locks that can be reached. Errors: forbidden with reason ask_upward (only
// the owner and the holder of the root can deny), too_large with reason list_full; busy.
Result<DenyOutcome> deny_delegation(Wallet& wallet, const std::string& share);

// deny_all denies everything that this owner has signed so far, for all its locks: by `since`, and
// by id what begins later; the list is empty but for those. `address`: of a reader of `holding`.
Result<DenyOutcome> deny_all(Wallet& wallet, const Holding& holding, const std::string& address);

// renew_list signs the owner's list anew, as it is but issued now: what `fresh` asks for. What the
// lock denies beyond it comes along, if the lock answers.
Result<Done> renew_list(Wallet& wallet, const Holding& holding, const std::string& address);

// carry_lists brings and fetches lists at the lock of `holding`, without opening anything
// (state_to_lock).
Result<DoorOutcome> carry_lists(Wallet& wallet, const Holding& holding, const std::string& address);

// locks_behind names the locks of `doors` that have not shown that they have the newest list of the
// signer, and so may still open.
std::vector<std::string> locks_behind(const keystore::CarriedList& list,
                                      const std::vector<Bytes>& doors);

}  // namespace keyferry::wallet
