// A mailbox or tombstone as octets, as the store keeps it.
//
//   u8   format, 2                       integers big-endian; string = u32 length, octets
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
//   message = u64 seq, u8 1 by the creator or 0 by the recipient, string type, string data
#pragma once

#include "keyferry/base/result.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

Bytes encode_state(const State& state);
Bytes encode_state(const Mailbox& box);
Bytes encode_state(const Tombstone& tombstone);

// parse_state reads what encode_state wrote and nothing else: what parses encodes to the same
// octets. Errors: unavailable (another format: run the program that wrote it), io
// (damaged).
Result<State> parse_state(ByteView octets);

}  // namespace keyferry::mailbox
