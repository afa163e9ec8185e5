// How long mailboxes and their tombstones live.
#pragma once

#include <chrono>
#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

// kTombstoneAfter is how long a tombstone outlives the deadline of its mailbox: far longer than the
// hour in which wallets retry a Create.
inline constexpr Duration kTombstoneAfter = std::chrono::hours(24);

// Lifetimes is the operator's choice.
struct Lifetimes {
  Duration by_default = std::chrono::hours(48);  // when no mailboxConfiguration is sent
  Duration most = std::chrono::days(30);         // longer wishes are clamped
};

// decide_deadline returns the deadline of a new mailbox. Errors: invalid if `wished` is not after
// `now`.
Result<Time> decide_deadline(std::optional<Time> wished, Time now, const Lifetimes& lifetimes);

// tombstone_until is the instant at which nothing of the mailbox is left.
Time tombstone_until(const Tombstone& tombstone);

// live_mailbox returns the mailbox. Errors: not_found if there is none, it was deleted, or `now`
// has reached its deadline: one error for all three.
Result<Mailbox> live_mailbox(std::optional<State> state, Time now);

// unknown_mailbox is that error.
Error unknown_mailbox();

}  // namespace keyferry::mailbox
