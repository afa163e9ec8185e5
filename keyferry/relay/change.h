// Read, decide, compare-and-set: how every call meets the store.
#pragma once

#include <functional>

#include "keyferry/relay/call.h"

namespace keyferry::relay {

// Located is a mailbox id as one key of the ring hashes it, with what stands there.
struct Located {
  const Secret* secret = nullptr;
  MailboxId id;
  store::CellKey key;
  std::uint64_t version = 0;            // 0: nothing there
  std::optional<mailbox::State> state;  // nothing: unknown
};

// Decision is what a rule made of a located mailbox: the answer, and the cell to store first, if
// anything changed.
struct Decision {
  net::Response response;
  std::optional<store::Cell> next;
};
using Locate = std::function<Result<Located>(Time now)>;
using Decide = std::function<Result<Decision>(Located located, Time now)>;

// locate looks for `id` under each key of the ring, the newest first. Errors: those of the store;
// unavailable, io (a cell that this program cannot read).
Result<Located> locate(Relay& relay, const MailboxId& id, Time now);

// locate_created looks for the mailbox that this claim and request id would make, or made.
Result<Located> locate_created(Relay& relay, const Caller& caller, Time now);

// cell_of makes the cell of a mailbox (with its tombstone as remains) or of a tombstone.
store::Cell cell_of(const mailbox::Mailbox& box, const Secret& secret);
store::Cell cell_of(const mailbox::Tombstone& tombstone, const Secret& secret);

// change locates, decides and stores, again from the start when another call was faster, and sends
// the decision's response once what it says is durable, or the error. Both callbacks may run
// several times and on another thread; they must not block.
void change(CallPtr call, Locate find, Decide decide);

// change_mailbox is change of the mailbox `id`.
void change_mailbox(CallPtr call, const MailboxId& id, Decide decide);

}  // namespace keyferry::relay
