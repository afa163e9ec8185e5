// Where one side stands in a conversation, and the rules by which it reads and writes messages
// (transfer.md section 2). The same for every format; what a message means is the business of the
// state machines that use this. Pure.
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/result.h"
#include "keyferry/digest/hash.h"
#include "keyferry/transfer/envelope.h"

namespace keyferry::transfer {

// Conversation is a plain value; the wallet stores it with every step.
struct Conversation {
  Side side = Side::sender;
  std::string format;
  ByteArray<16> transfer{};
  std::string mailbox;  // "" for the direct transport; as transfer.md section 2 says for the others
  Bytes own_last;       // the plaintext written last; empty: none
  int own_seq = -1;
  Bytes accepted_last;  // the other side's plaintext accepted last; empty: none
  int accepted_seq = -1;
};

// compose encodes the next own message (its seq, prev and mailbox follow from the conversation) and
// advances the conversation. Errors: too_large; then nothing has changed.
Result<Bytes> compose(Conversation& conversation, std::string_view type,
                      boost::json::object content);

// read judges an opened plaintext by the rules 2 to 7 in their order. Nothing means "not an event":
// our own unread message, or a duplicate. `awaited` is the type whose turn it is, empty when none
// is; a cancel is taken at any time. The conversation is not changed: call accept once the content
// is fine too.
//
// Errors carry the reason of the Abort: damaged, version, reflected, misplaced, order.
Result<std::optional<Envelope>> read(const Conversation& conversation, ByteView plaintext,
                                     std::string_view awaited);

// accept notes a message as the other side's last.
void accept(Conversation& conversation, ByteView plaintext, const Envelope& envelope);

// A conversation as JSON for the wallet's store, and back. Errors: invalid.
boost::json::object encode_conversation(const Conversation& conversation);
Result<Conversation> parse_conversation(const boost::json::object& object);

}  // namespace keyferry::transfer
