// What becomes of messages: one slot, and behind it the queue of a creator that asked for one.
#pragma once

#include <cstddef>
#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

// What one side may have written that the other has not fetched: so many messages and so many
// octets of payload together; a single one always fits.
inline constexpr std::size_t kMostQueued = 16;
inline constexpr std::size_t kMostQueuedOctets = 256 * 1024;

// write puts `payload` of `writer` (creator or recipient) into the slot under the next seq and
// raises the revision. What stood there is lost with Delivery::slot, but the creator's message is
// set aside at the receiver's first write; with Delivery::queue it stays to be fetched.
// Makes a provisional receiver firm. Errors: conflict (`queue_full`); nothing is changed then.
Result<Done> write(Mailbox& box, Party writer, Payload payload);

// find_message returns what a Read shows `reader`: the slot, or with `after` the other side's first
// message with a greater seq, which without a queue can only be the one in the slot; nullptr if
// there is none. The pointer lives as long as `box` is not changed.
const Message* find_message(const Mailbox& box, Party reader, std::optional<std::uint64_t> after);

// acknowledge notes that `reader` has the other side's messages up to `after` and drops those that
// nobody can ask for any more. Does nothing without a queue. True if `box` was changed.
bool acknowledge(Mailbox& box, Party reader, std::uint64_t after);

// take_back removes what the receiver wrote and has fetched, before it gives the mailbox up; the
// creator has not written since the bind. The revision rises if anything was removed.
void take_back(Mailbox& box);

}  // namespace keyferry::mailbox
