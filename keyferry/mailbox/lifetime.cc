#include "keyferry/mailbox/lifetime.h"

#include <algorithm>

namespace keyferry::mailbox {

//= spec:tigress#A-15
Result<Time> decide_deadline(std::optional<Time> wished, Time now, const Lifetimes& lifetimes) {
  const Time latest = std::chrono::floor<std::chrono::seconds>(now + lifetimes.most);
  if (!wished) {
    const Time usual = std::chrono::floor<std::chrono::seconds>(now + lifetimes.by_default);
    return std::min(usual, latest);
  }
  if (*wished <= now) {
    return fail(Errc::invalid,
                "expiration lies in the past: send a later instant, or check the clock of the "
                "sending device",
                "expiration");
  }
  return std::min(*wished, latest);
}

Time tombstone_until(const Tombstone& tombstone) {
  return tombstone.deadline + kTombstoneAfter;
}

//= spec:tigress#MBX-03
//= spec:tigress#A-16
Result<Mailbox> live_mailbox(std::optional<State> state, Time now) {
  if (!state) return unknown_mailbox();
  auto* box = std::get_if<Mailbox>(&*state);
  if (!box || now >= box->deadline) return unknown_mailbox();
  return std::move(*box);
}

//= spec:tigress#A-29
Error unknown_mailbox() {
  return fail(Errc::not_found, "no such mailbox: it never was, has expired or was deleted");
}

}  // namespace keyferry::mailbox
