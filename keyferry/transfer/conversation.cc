// Messages are compared as whole plaintexts, so a duplicate is never mistaken for another message
// with its number; compose() encodes before it advances.
#include "keyferry/transfer/conversation.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/base/secret.h"
#include "keyferry/codec/json.h"

namespace keyferry::transfer {
namespace {

Error abort_with(std::string_view reason, std::string detail) {
  return fail(Errc::conflict, std::move(detail), std::string(reason));
}

// prev names the last message that the writer had accepted: for the reader, its own last one.
bool follows_own_last(const Conversation& conversation, const Routing& routing) {
  if (conversation.own_last.empty()) return !routing.prev;
  return routing.prev && equal_constant_time(*routing.prev, digest::sha256(conversation.own_last));
}

// The first message of all cannot know the mailbox it will lie in.
//= spec:tigress#A-45
bool in_its_place(const Conversation& conversation, const Envelope& envelope) {
  const Routing& routing = *envelope.routing;
  if (envelope.format != conversation.format) return false;
  const bool first = conversation.own_last.empty() && conversation.accepted_last.empty();
  if (first && routing.type != "cancel") return !routing.mailbox;
  return routing.transfer == conversation.transfer && routing.mailbox == conversation.mailbox;
}

Result<Done> in_its_turn(const Conversation& conversation, const Routing& routing,
                         std::string_view awaited) {
  if (routing.type == "cancel") {
    if (routing.seq > conversation.accepted_seq) return Done{};
    return abort_with("order", "the other side's cancel is out of order");
  }
  if (routing.seq != conversation.accepted_seq + 1 || routing.type != awaited || awaited.empty() ||
      !follows_own_last(conversation, routing)) {
    return abort_with("order", "the other side's message is out of order");
  }
  return Done{};
}

}  // namespace

Result<Bytes> compose(Conversation& conversation, std::string_view type,
                      boost::json::object content) {
  Routing routing;
  routing.type = type;
  routing.transfer = conversation.transfer;
  routing.from = conversation.side;
  routing.seq = static_cast<std::uint8_t>(conversation.own_seq + 1);
  const bool first = conversation.own_last.empty() && conversation.accepted_last.empty();
  if (!first) routing.mailbox = conversation.mailbox;
  if (!conversation.accepted_last.empty()) {
    routing.prev = digest::sha256(conversation.accepted_last);
  }
  Envelope envelope;
  envelope.format = conversation.format;
  envelope.content = std::move(content);
  envelope.routing = std::move(routing);
  KF_TRY(Bytes plaintext, encode_envelope(envelope));
  ++conversation.own_seq;
  conversation.own_last = plaintext;
  return plaintext;
}

//= spec:transfer#2-reading
Result<std::optional<Envelope>> read(const Conversation& conversation, ByteView plaintext,
                                     std::string_view awaited) {
  KF_TRY(Envelope envelope, parse_envelope(plaintext));
  if (!envelope.routing) return abort_with("damaged", "the message has no member \"keyferry\"");
  if (std::ranges::equal(plaintext, conversation.own_last)) return std::optional<Envelope>();
  if (envelope.routing->from == conversation.side) {
    return abort_with("reflected", "the relay gave back a message of our own");
  }
  if (std::ranges::equal(plaintext, conversation.accepted_last)) return std::optional<Envelope>();
  if (!in_its_place(conversation, envelope)) {
    return abort_with("misplaced", "the message belongs to another transfer");
  }
  KF_TRY([[maybe_unused]] const Done turn, in_its_turn(conversation, *envelope.routing, awaited));
  return std::optional(std::move(envelope));
}

void accept(Conversation& conversation, ByteView plaintext, const Envelope& envelope) {
  if (conversation.own_last.empty() && conversation.accepted_last.empty()) {
    conversation.transfer = envelope.routing->transfer;
  }
  conversation.accepted_last = copy_of(plaintext);
  conversation.accepted_seq = envelope.routing->seq;
}

boost::json::object encode_conversation(const Conversation& conversation) {
  return {{"side", conversation.side == Side::sender ? "sender" : "receiver"},
          {"format", conversation.format},
          {"transfer", encode_base64url(conversation.transfer)},
          {"mailbox", conversation.mailbox},
          {"own_last", encode_base64url(conversation.own_last)},
          {"own_seq", conversation.own_seq},
          {"accepted_last", encode_base64url(conversation.accepted_last)},
          {"accepted_seq", conversation.accepted_seq}};
}

Result<Conversation> parse_conversation(const boost::json::object& object) {
  Conversation conversation;
  KF_TRY(const std::string side, codec::text_member(object, "side"));
  if (side != "sender" && side != "receiver") return fail(Errc::invalid, "unknown side");
  conversation.side = side == "sender" ? Side::sender : Side::receiver;
  KF_TRY(conversation.format, codec::text_member(object, "format"));
  KF_TRY(const Bytes transfer, codec::octets_member(object, "transfer", 16));
  std::copy(transfer.begin(), transfer.end(), conversation.transfer.begin());
  KF_TRY(conversation.mailbox, codec::text_member(object, "mailbox"));
  KF_TRY(conversation.own_last, codec::octets_member(object, "own_last", 0));
  KF_TRY(const std::int64_t own_seq, codec::integer_member(object, "own_seq", -1, 255));
  conversation.own_seq = static_cast<int>(own_seq);
  KF_TRY(conversation.accepted_last, codec::octets_member(object, "accepted_last", 0));
  KF_TRY(const std::int64_t accepted_seq, codec::integer_member(object, "accepted_seq", -1, 255));
  conversation.accepted_seq = static_cast<int>(accepted_seq);
  return conversation;
}

}  // namespace keyferry::transfer
