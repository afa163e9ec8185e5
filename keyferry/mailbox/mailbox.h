// A v1 mailbox as a value (tigress.md section 2). The rules in this folder turn a mailbox, a call
// and the time into an answer and the next mailbox; they know no clock, disk, socket or digest: the
// relay hands in hashes.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "keyferry/base/bytes.h"
#include "keyferry/base/clock.h"
#include "keyferry/base/uuid.h"
#include "keyferry/mailbox/access.h"

namespace keyferry::mailbox {

// Hashes that stand for what a caller sent. All but ClaimKeyHash are keyed by the relay's secret
// and cover the mailbox id, so that no two mailboxes share one (tigress PRV-03).
struct HashedClaimTag;
struct HashedRequestTag;
struct ClaimKeyHashTag;
using HashedClaim = OctetId<HashedClaimTag, 32>;      // a device claim
using HashedRequest = OctetId<HashedRequestTag, 16>;  // verb, device claim and request id
using ClaimKeyHash = OctetId<ClaimKeyHashTag, 32>;    // SHA-256(claim key), A-55

// same compares in constant time.
bool same(const HashedClaim& a, const HashedClaim& b);
bool same(const ClaimKeyHash& a, const ClaimKeyHash& b);

// Payload is what the sender sealed: the name of its cipher and IV, ciphertext and tag.
struct Payload {
  std::string type;
  Bytes data;
  friend bool operator==(const Payload&, const Payload&) = default;
};

// DisplayInformation is the clear text of the preview page.
struct DisplayInformation {
  std::string title;
  std::string description;
  std::string image_url;
  friend bool operator==(const DisplayInformation&, const DisplayInformation&) = default;
};

// ClaimRule says what the first Read of a new claim needs. Without `key_hash` nothing, as in
// the drafts. With it a proof binds firmly and a Read without one binds provisionally; with
// `proof_only` a Read without the proof is refused.
struct ClaimRule {
  std::optional<ClaimKeyHash> key_hash;
  bool proof_only = false;
  friend bool operator==(const ClaimRule&, const ClaimRule&) = default;
};

// Message is a payload and its place in the mailbox's history.
struct Message {
  std::uint64_t seq = 1;  // what Create put in has 1; every write gets a greater one
  bool by_creator = true;
  Payload payload;
  friend bool operator==(const Message&, const Message&) = default;
};

// Delivery is what the creator asked for: one slot, where a write takes the place of what stands
// there, or a queue behind it, out of which each side gets every message of the other.
enum class Delivery : std::uint8_t { slot, queue };

// Queue is what a mailbox with Delivery::queue keeps besides its slot.
struct Queue {
  std::uint64_t read_by_creator = 0;    // it has the recipient's messages up to this seq
  std::uint64_t read_by_recipient = 0;  // and the recipient the creator's
  std::vector<Message> waiting;         // oldest first; the newest message stands in the slot
  friend bool operator==(const Queue&, const Queue&) = default;
};

// PushToken is the address at which one side wants to be told of changes; empty if it gave none
// that the relay can use. A wish is the one that a call brought: nothing leaves what there was, an
// empty one takes it away (a token whose type the relay has no driver for).
using PushToken = std::string;
using PushWish = std::optional<PushToken>;

// Who holds the receiver's side.
struct Unclaimed {
  friend bool operator==(const Unclaimed&, const Unclaimed&) = default;
};
struct Provisional {  // read without the proof: another claim that proves the key displaces it
  HashedClaim claim;
  friend bool operator==(const Provisional&, const Provisional&) = default;
};
struct Bound {
  HashedClaim claim;
  // The creator has written since the bind: the exchange cannot start afresh with another receiver.
  bool creator_wrote = false;
  // The creator's message, once the receiver has written over it; relinquishing restores it.
  // A queue keeps it itself.
  std::optional<Message> set_aside;
  friend bool operator==(const Bound&, const Bound&) = default;
};
using Recipient = std::variant<Unclaimed, Provisional, Bound>;

// ClaimRecord lists the requests of one claim that were carried out, oldest first.
struct ClaimRecord {
  HashedClaim claim;
  std::vector<HashedRequest> requests;
  friend bool operator==(const ClaimRecord&, const ClaimRecord&) = default;
};

struct Mailbox {
  Time deadline{};  // from this instant on it does not exist
  AccessRights rights;
  ClaimRule rule;
  Delivery delivery = Delivery::slot;
  HashedClaim creator;
  Recipient recipient;
  Time bound_at{};             // when the one who holds the receiver's side claimed it
  std::uint64_t revision = 1;  // rises with every change of what can be read; never below any seq
  std::uint32_t turns = 0;     // how often the receiver's side has changed
  PushToken creator_token;
  PushToken recipient_token;
  bool push_promised = false;  // the answer to Create said that pushes are supported
  Message slot;
  Queue queue;  // empty without Delivery::queue
  DisplayInformation display;
  std::vector<ClaimRecord> records;  // in the order of each claim's first request
  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

// Tombstone is what is left of a deleted or expired mailbox: enough to answer a late retry of its
// Create with the old body, and nothing else.
struct Tombstone {
  Time deadline{};  // the mailbox's, not the tombstone's: see tombstone_until
  ClaimRule rule;
  Delivery delivery = Delivery::slot;
  bool push_promised = false;
  friend bool operator==(const Tombstone&, const Tombstone&) = default;
};

using State = std::variant<Mailbox, Tombstone>;

Tombstone tombstone_of(const Mailbox& box);

}  // namespace keyferry::mailbox
