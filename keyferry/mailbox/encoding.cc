#include "keyferry/mailbox/encoding.h"

#include <algorithm>
#include <set>

#include "keyferry/codec/ssh_wire.h"
#include "keyferry/mailbox/delivery.h"
#include "keyferry/mailbox/idempotency.h"

namespace keyferry::mailbox {
namespace {

using codec::SshReader;
using codec::SshWriter;

constexpr std::uint8_t kFormat = 3;
constexpr std::uint8_t kFormatWithoutParts = 2;
constexpr std::uint8_t kMailbox = 1;
constexpr std::uint8_t kTombstone = 2;
enum Side : std::uint8_t { unclaimed, provisional, bound, bound_creator_wrote, bound_set_aside };

void write_time(SshWriter& out, Time time) {
  out.u64(static_cast<std::uint64_t>(unix_ms(time)));
}

void write_head(SshWriter& out, std::uint8_t kind, const Tombstone& head) {
  out.u8(kFormat);
  out.u8(kind);
  write_time(out, head.deadline);
  out.u8(static_cast<std::uint8_t>((head.rule.key_hash ? 1 : 0) | (head.rule.proof_only ? 2 : 0) |
                                   (head.delivery == Delivery::queue ? 4 : 0) |
                                   (head.push_promised ? 8 : 0)));
  if (head.rule.key_hash) out.raw(head.rule.key_hash->octets);
}

void write_payload(SshWriter& out, const Payload& payload) {
  out.string(payload.type);
  out.string(ByteView(payload.data));
}

bool is_large(const Message& message) {
  return message.payload.data.size() >= kLargeMessage;
}

// Writer is where a mailbox is written to.
struct Writer {
  SshWriter out;
  std::vector<Part> parts;
};

void write_message(Writer& to, const Message& message, bool apart) {
  to.out.u64(message.seq);
  to.out.u8(static_cast<std::uint8_t>((message.by_creator ? 1 : 0) | (apart ? 2 : 0)));
  if (!apart) return write_payload(to.out, message.payload);
  constexpr std::size_t kBesideData = 64;
  SshWriter part;
  part.reserve(kBesideData + message.payload.data.size());
  write_payload(part, message.payload);
  to.parts.push_back({message.seq, part.take()});
}

void write_queue(Writer& to, const Queue& queue) {
  to.out.u64(queue.read_by_creator);
  to.out.u64(queue.read_by_recipient);
  to.out.u8(static_cast<std::uint8_t>(queue.waiting.size()));
  for (const Message& message : queue.waiting) write_message(to, message, true);
}

void write_recipient(Writer& to, const Recipient& recipient) {
  SshWriter& out = to.out;
  if (const auto* box = std::get_if<Provisional>(&recipient)) {
    out.u8(provisional);
    out.raw(box->claim.octets);
  } else if (const auto* firm = std::get_if<Bound>(&recipient)) {
    out.u8(firm->creator_wrote ? bound_creator_wrote : firm->set_aside ? bound_set_aside : bound);
    out.raw(firm->claim.octets);
    if (!firm->creator_wrote && firm->set_aside) {
      write_message(to, *firm->set_aside, is_large(*firm->set_aside));
    }
  } else {
    out.u8(unclaimed);
  }
}

void write_records(SshWriter& out, const std::vector<ClaimRecord>& records) {
  out.u8(static_cast<std::uint8_t>(records.size()));
  for (const ClaimRecord& entry : records) {
    out.raw(entry.claim.octets);
    out.u8(static_cast<std::uint8_t>(entry.requests.size()));
    for (const HashedRequest& request : entry.requests) out.raw(request.octets);
  }
}

Error damaged() {
  return fail(Errc::io, "a stored mailbox is damaged");
}

template <class Id>
Result<Id> read_id(SshReader& in) {
  Id id;
  KF_TRY(ByteView octets, in.raw(id.octets.size()));
  std::copy(octets.begin(), octets.end(), id.octets.begin());
  return id;
}

Result<Time> read_time(SshReader& in) {
  KF_TRY(const std::uint64_t ms, in.u64());
  return from_unix_ms(static_cast<std::int64_t>(ms));
}

Result<Tombstone> read_head(SshReader& in) {
  Tombstone head;
  KF_TRY(head.deadline, read_time(in));
  KF_TRY(const std::uint8_t flags, in.u8());
  if (flags > 15 || (flags & 3) == 2) return damaged();
  if (flags & 1) {
    KF_TRY(head.rule.key_hash, read_id<ClaimKeyHash>(in));
  }
  head.rule.proof_only = (flags & 2) != 0;
  if (flags & 4) head.delivery = Delivery::queue;
  head.push_promised = (flags & 8) != 0;
  return head;
}

Result<std::string> read_text(SshReader& in) {
  KF_TRY(ByteView octets, in.string());
  return std::string(text_of(octets));
}

// Reader is where a mailbox is read from.
struct Reader {
  SshReader& in;
  std::span<const Part> parts;
  bool knows_parts = true;  // not in format 2
  std::set<std::uint64_t> seqs{};
  std::size_t parts_used = 0;
};

Result<Payload> read_payload(SshReader& in) {
  Payload payload;
  KF_TRY(payload.type, read_text(in));
  KF_TRY(ByteView data, in.string());
  payload.data = copy_of(data);
  return payload;
}

Result<Payload> read_part(Reader& from, std::uint64_t number) {
  const auto part = std::ranges::find(from.parts, number, &Part::number);
  if (part == from.parts.end()) return damaged();
  ++from.parts_used;
  SshReader in(part->octets);
  KF_TRY(Payload payload, read_payload(in));
  if (!in.at_end()) return damaged();
  return payload;
}

Result<Message> read_message(Reader& from, bool in_queue) {
  Message message;
  KF_TRY(message.seq, from.in.u64());
  KF_TRY(const std::uint8_t flags, from.in.u8());
  const bool apart = (flags & 2) != 0;
  if (flags > 3 || (apart && !from.knows_parts)) return damaged();
  if (!from.seqs.insert(message.seq).second) return damaged();
  message.by_creator = (flags & 1) != 0;
  KF_TRY(message.payload, apart ? read_part(from, message.seq) : read_payload(from.in));
  if (from.knows_parts && apart != (in_queue || is_large(message))) return damaged();
  return message;
}

Result<Queue> read_queue(Reader& from) {
  SshReader& in = from.in;
  Queue queue;
  KF_TRY(queue.read_by_creator, in.u64());
  KF_TRY(queue.read_by_recipient, in.u64());
  KF_TRY(const std::uint8_t count, in.u8());
  if (count > 2 * kMostQueued) return damaged();
  for (int i = 0; i < count; ++i) {
    KF_TRY(Message message, read_message(from, true));
    queue.waiting.push_back(std::move(message));
  }
  return queue;
}

Result<Recipient> read_recipient(Reader& from) {
  SshReader& in = from.in;
  KF_TRY(const std::uint8_t side, in.u8());
  if (side == unclaimed) return Unclaimed{};
  if (side > bound_set_aside) return damaged();
  KF_TRY(const HashedClaim claim, read_id<HashedClaim>(in));
  if (side == provisional) return Provisional{claim};
  Bound firm{claim, side == bound_creator_wrote, std::nullopt};
  if (side == bound_set_aside) {
    KF_TRY(firm.set_aside, read_message(from, false));
  }
  return firm;
}

Result<std::vector<ClaimRecord>> read_records(SshReader& in) {
  std::vector<ClaimRecord> records;
  KF_TRY(const std::uint8_t count, in.u8());
  if (count > kFormerClaims + 2) return damaged();
  for (int i = 0; i < count; ++i) {
    ClaimRecord entry;
    KF_TRY(entry.claim, read_id<HashedClaim>(in));
    KF_TRY(const std::uint8_t requests, in.u8());
    if (requests > kRecordsPerClaim) return damaged();
    for (int j = 0; j < requests; ++j) {
      KF_TRY(const HashedRequest request, read_id<HashedRequest>(in));
      entry.requests.push_back(request);
    }
    records.push_back(std::move(entry));
  }
  return records;
}

Result<AccessRights> read_rights(SshReader& in) {
  KF_TRY(const std::uint8_t bits, in.u8());
  if (bits > 7) return damaged();
  return AccessRights{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
}

Result<State> read_mailbox(Reader& from, const Tombstone& head) {
  SshReader& in = from.in;
  Mailbox box;
  box.deadline = head.deadline;
  box.rule = head.rule;
  box.delivery = head.delivery;
  box.push_promised = head.push_promised;
  KF_TRY(box.rights, read_rights(in));
  KF_TRY(box.creator, read_id<HashedClaim>(in));
  KF_TRY(box.recipient, read_recipient(from));
  KF_TRY(box.bound_at, read_time(in));
  KF_TRY(box.revision, in.u64());
  KF_TRY(box.turns, in.u32());
  KF_TRY(box.creator_token, read_text(in));
  KF_TRY(box.recipient_token, read_text(in));
  KF_TRY(box.slot, read_message(from, false));
  if (box.delivery == Delivery::queue) {
    KF_TRY(box.queue, read_queue(from));
  }
  KF_TRY(box.display.title, read_text(in));
  KF_TRY(box.display.description, read_text(in));
  KF_TRY(box.display.image_url, read_text(in));
  KF_TRY(box.records, read_records(in));
  return State(std::move(box));
}

Result<State> read_state(Reader& from) {
  SshReader& in = from.in;
  KF_TRY(const std::uint8_t kind, in.u8());
  KF_TRY(const Tombstone head, read_head(in));
  if (kind == kTombstone) return State(head);
  if (kind == kMailbox) return read_mailbox(from, head);
  return damaged();
}

}  // namespace

Bytes encode_state(const Tombstone& tombstone) {
  SshWriter out;
  write_head(out, kTombstone, tombstone);
  return out.take();
}

Encoded encode_state(const Mailbox& box) {
  // Claim, creator, type and short texts.
  constexpr std::size_t kUsually = 256;
  Writer to;
  SshWriter& out = to.out;
  out.reserve(kUsually + (is_large(box.slot) ? 0 : box.slot.payload.data.size()));
  write_head(out, kMailbox, tombstone_of(box));
  out.u8(static_cast<std::uint8_t>((box.rights.read ? 1 : 0) | (box.rights.write ? 2 : 0) |
                                   (box.rights.remove ? 4 : 0)));
  out.raw(box.creator.octets);
  write_recipient(to, box.recipient);
  write_time(out, box.bound_at);
  out.u64(box.revision);
  out.u32(box.turns);
  out.string(box.creator_token);
  out.string(box.recipient_token);
  write_message(to, box.slot, is_large(box.slot));
  if (box.delivery == Delivery::queue) write_queue(to, box.queue);
  out.string(box.display.title);
  out.string(box.display.description);
  out.string(box.display.image_url);
  write_records(out, box.records);
  std::ranges::sort(to.parts, {}, &Part::number);
  return {out.take(), std::move(to.parts)};
}

Encoded encode_state(const State& state) {
  if (const auto* box = std::get_if<Mailbox>(&state)) return encode_state(*box);
  return {encode_state(std::get<Tombstone>(state)), {}};
}

Result<State> parse_state(ByteView octets, std::span<const Part> parts) {
  SshReader in(octets);
  const Result<std::uint8_t> format = in.u8();
  if (!format || *format == 0) return damaged();
  if (*format > kFormat) {
    return fail(Errc::unavailable,
                "a stored mailbox was written by a newer version of the relay: run that one");
  }
  if (*format < kFormatWithoutParts) {
    return fail(Errc::unavailable,
                "a stored mailbox was written by a version of before the first release: begin a "
                "new store");
  }
  Reader from{in, parts, *format != kFormatWithoutParts};
  Result<State> state = read_state(from);
  if (!state || !in.at_end() || from.parts_used != parts.size()) return damaged();
  return state;
}

}  // namespace keyferry::mailbox
