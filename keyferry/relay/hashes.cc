// No lengths stand between the parts: all but the last have a fixed size for each purpose, so no
// two inputs are written alike.
#include "keyferry/relay/hashes.h"

#include <algorithm>

#include "keyferry/digest/hash.h"

namespace keyferry::relay {
namespace {

enum class Purpose : std::uint8_t { mailbox_id = 1, cell_key = 2, claim = 3, location = 6 };

digest::Sha256 hash(const Secret& secret, std::uint8_t purpose, ByteView a, ByteView b = {},
                    ByteView c = {}) {
  return secret.hmac({ByteView(&purpose, 1), a, b, c});
}

template <class Id>
Id prefix_of(const digest::Sha256& hash) {
  Id id;
  std::copy_n(hash.begin(), id.octets.size(), id.octets.begin());
  return id;
}

}  // namespace

//= spec:tigress#MBX-01
//= spec:tigress#MBX-02
MailboxId derive_mailbox_id(const Secret& secret, const DeviceClaim& claim,
                            std::string_view request_id) {
  auto id = prefix_of<MailboxId>(hash(secret, static_cast<std::uint8_t>(Purpose::mailbox_id),
                                      claim.octets, bytes_of(request_id)));
  id.octets = as_uuid_v4(id.octets);
  return id;
}

//= spec:quality#1-blind
store::CellKey hash_mailbox_id(const Secret& secret, const MailboxId& id) {
  return prefix_of<store::CellKey>(
      hash(secret, static_cast<std::uint8_t>(Purpose::cell_key), id.octets));
}

store::CellKey hash_location(const Secret& secret, const dropbox::Location& location) {
  return prefix_of<store::CellKey>(
      hash(secret, static_cast<std::uint8_t>(Purpose::location), {location.octets}));
}

//= spec:tigress#PRV-03
//= spec:tigress#REL-08
//= spec:tigress#A-23
mailbox::HashedClaim hash_claim(const Secret& secret, const MailboxId& id,
                                const DeviceClaim& claim) {
  return prefix_of<mailbox::HashedClaim>(
      hash(secret, static_cast<std::uint8_t>(Purpose::claim), id.octets, claim.octets));
}

//= spec:tigress#A-05
mailbox::HashedRequest hash_request(const Secret& secret, const MailboxId& id, Verb verb,
                                    const DeviceClaim& claim, std::string_view request_id) {
  return prefix_of<mailbox::HashedRequest>(
      hash(secret, static_cast<std::uint8_t>(verb), id.octets, claim.octets, bytes_of(request_id)));
}

}  // namespace keyferry::relay
