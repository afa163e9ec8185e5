// Values that the tests of this folder share.
#pragma once

#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

template <class Id = HashedClaim>
Id id_of(std::uint8_t octet) {
  Id id;
  id.octets.fill(octet);
  return id;
}

inline const HashedClaim kSender = id_of(1);
inline const HashedClaim kReceiver = id_of(2);
inline const HashedClaim kThief = id_of(3);
inline const ClaimKeyHash kRightKey = id_of<ClaimKeyHash>(7);
inline const ClaimKeyHash kWrongKey = id_of<ClaimKeyHash>(8);
inline const Time kNow = from_unix_seconds(1'700'000'000);
inline const Time kDeadline = kNow + std::chrono::hours(48);

inline HashedRequest request(std::uint8_t octet) {
  return id_of<HashedRequest>(octet);
}

inline Payload payload(std::string text) {
  return {"AEAD_AES_256_GCM", copy_of(bytes_of(text))};
}

inline Mailbox example_box() {
  Mailbox box;
  box.deadline = kDeadline;
  box.rights = {true, true, true};
  box.creator = kSender;
  box.slot.payload = payload("from the sender");
  box.display = {"A login", "for web", "https://relay.example/picture.png"};
  return box;
}

inline Mailbox proof_box(bool proof_only) {
  Mailbox box = example_box();
  box.rule = {kRightKey, proof_only};
  return box;
}

}  // namespace keyferry::mailbox
