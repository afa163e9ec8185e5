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
  http::Response response;
  std::optional<store::Cell> next;
  mailbox::PushToken push{};  // whom to tell once `next` is stored; empty: nobody
  // Nothing new: the caller may wait for a change of this cell, until its deadline.
  struct WaitFor {
    store::CellKey key;
    Time deadline{};
  };
  std::optional<WaitFor> wait_for = std::nullopt;
  std::size_t brings = 0;  // octets that `next` stores anew, counted for the caller's source
};
using Locate = std::function<Result<Located>(Time now)>;
// Finish ends a call whose decision is stored.
using Finish = std::function<void(const CallPtr& call, Decision decision)>;
using Decide = std::function<Result<Decision>(Located located, Time now)>;

// locate looks for `id` under each key of the ring, the newest first. Errors: those of the store;
// unavailable, io (a cell that this program cannot read).
Result<Located> locate(Relay& relay, const MailboxId& id, Time now);

// locate_created looks for the mailbox that this claim and request id would make, or made.
Result<Located> locate_created(Relay& relay, const Caller& caller, Time now);

// cell_of makes the cell of a mailbox (with its tombstone as remains) or of a tombstone.
store::Cell cell_of(const mailbox::Mailbox& box, const Secret& secret);
store::Cell cell_of(const mailbox::Tombstone& tombstone, const Secret& secret);

// change locates, decides and stores, again from the start when another call was faster, wakes who
// waits for the cell, and finishes the call once what its response says is durable: by sending it,
// unless `finish` says otherwise. An error is sent at once. The callbacks may run several times and
// on another thread; they must not block.
void change(CallPtr call, Locate find, Decide decide, Finish finish = {});

// change_mailbox is change of the mailbox `id`.
void change_mailbox(CallPtr call, const MailboxId& id, Decide decide, Finish finish = {});

}  // namespace keyferry::relay
