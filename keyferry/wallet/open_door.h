// What a wallet does at a door: open it, have an owner's statement done, and carry deny lists both
// ways (docs/lock.md, "At the door").
#pragma once

#include "keyferry/client/lock_talk.h"
#include "keyferry/keystore/deny_store.h"
#include "keyferry/wallet/holding.h"

namespace keyferry::wallet {

struct DoorOutcome {
  std::string door;         // its name
  std::string lock;         // its id in hex
  unsigned reason = 0;      // as the lock told it (delegation::reason_name)
  std::size_t brought = 0;  // lists that the lock took
  std::size_t fetched = 0;  // lists that it gave
};

// open_door opens the door of `holding`, which must have one alone; `address` (empty: the one
// remembered) is where its reader is. A refusal is an outcome. Errors: invalid (several doors, or
// no address; reason usage), forbidden (the reader is of another door or lock: nothing was said to
// it, reason other_door), as LockTalk.
Result<DoorOutcome> open_door(Wallet& wallet, const Holding& holding, const std::string& address);

// state_to_lock has an owner's statement done; with Op::lists only lists are carried. Opens
// nothing. It goes to `address`, or to the first of the lock's readers known that answers; one that
// has heard a statement and does not say what became of it is the last. Errors: forbidden (reason
// owner: `holding` is a delegation; reason other_door, as open_door), invalid (no reader is known;
// reason usage), as LockTalk: those of the last reader.
Result<DoorOutcome> state_to_lock(Wallet& wallet, const Holding& holding,
                                  const std::string& address, delegation::Op op, ByteView value);

// refusal_words says to a person what a lock's reason means.
std::string refusal_words(unsigned reason);

}  // namespace keyferry::wallet
