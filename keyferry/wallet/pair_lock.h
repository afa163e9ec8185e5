// Becoming the first owner of a lock, by the code that is printed on it (docs/lock.md, "Pairing").
#pragma once

#include "keyferry/keystore/lock_record.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// pair_lock pairs with the lock whose reader is at `address`, and keeps it under `name` (empty: a
// free one). `code` is as typed. What it keeps is stored before the lock learns the owner's key.
// Errors: conflict with reason not_pairing (nobody has allowed it at the lock, or it has an owner),
// forbidden with reason code (another code: the guess is spent), as LockTalk.
Result<keystore::LockRecord> pair_lock(Wallet& wallet, const std::string& address,
                                       const std::string& name, const SecretBytes& code);

// join_lock keeps a lock whose owner has added this wallet's key (add-owner), or one more door of
// it: that of the reader at `address`. The lock proves itself and says that the key is an owner's;
// nothing opens. Errors: forbidden with reason owner (it is none), as LockTalk; then nothing is
// kept.
Result<keystore::LockRecord> join_lock(Wallet& wallet, const std::string& address,
                                       const std::string& name);

}  // namespace keyferry::wallet
