// A mailbox or tombstone as octets, as the store keeps it.
//
//   u8   format, 3                       integers big-endian; string = u32 length, octets
//   u8   kind: 1 mailbox, 2 tombstone
//   u64  deadline, Unix milliseconds
//   u8   rules: bit 0 key_hash follows, bit 1 proof_only, bit 2 queue delivery,
//        bit 3 push_promised
//   [32] key_hash
//   -- a tombstone ends here --
//   u8   access rights: bit 0 R, bit 1 W, bit 2 D
//   32   creator
//   u8   recipient: 0 unclaimed, 1 provisional, 2 bound, 3 bound and creator_wrote, 4 bound and
//        set_aside follows the claim
//   [32] claim of the recipient
//   [message] set_aside
//   u64  bound_at, Unix milliseconds; 0: nobody holds the receiver's side
//   u64  revision, u32 turns
//   string creator_token, string recipient_token
//   message in the slot
//   [with queue delivery: u64 read_by_creator, u64 read_by_recipient, u8 number of messages, these]
//   string ×3                            title, description, image_url
//   u8   number of records; each: 32 claim, u8 number, that many × 16 requests
//
//   message = u64 seq, u8 flags: bit 0 by the creator, bit 1 its payload is the part seq; without
//        bit 1 its payload
//   payload = string type, string data: a part too
//
// Parts are every message that waits in a queue and every other whose data has kLargeMessage octets
// or more. So what does not change is not written again: neither a full queue for a short message,
// nor a long message for a claim. Format 2 knew no parts: every payload stood in its message.
#pragma once

#include <span>

#include "keyferry/base/part.h"
#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

inline constexpr std::size_t kLargeMessage = 2048;

// Encoded is a state as the store keeps it: the octets above, and what stands apart, by rising
// numbers. A number stands for one message as long as the mailbox lives.
struct Encoded {
  Bytes octets;
  std::vector<Part> parts;
  friend bool operator==(const Encoded&, const Encoded&) = default;
};

Encoded encode_state(const State& state);
Encoded encode_state(const Mailbox& box);
Bytes encode_state(const Tombstone& tombstone);  // it has no parts

// parse_state reads what encode_state wrote and nothing else: what parses encodes to the same
// octets and parts, except that format 2 comes out as format 3. Errors: unavailable (another
// format: run the program that wrote it), io (damaged; a part is missing or belongs to no message).
Result<State> parse_state(ByteView octets, std::span<const Part> parts = {});

}  // namespace keyferry::mailbox
