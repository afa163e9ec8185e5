// A message sealed for the v1 mailbox: {"type", "data"} (tigress.md section 2, transfer.md
// section 2). The relay sees this and nothing else.
#pragma once

#include <string>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::transfer {

// SealedPayload: `type` is AEAD_AES_128_GCM or AEAD_AES_256_GCM; `data` is base64 (section 4, with
// padding) of IV(12) ‖ ciphertext ‖ tag(16).
struct SealedPayload {
  std::string type;
  std::string data;
  friend bool operator==(const SealedPayload&, const SealedPayload&) = default;
};

// seal_payload seals under `secret` of 16 or 32 octets, whose length picks the type; associated
// data is empty. Every call draws a new IV: seal a message once and keep what came out.
//
//= spec:tigress#FMT-03
//= spec:tigress#FMT-04
SealedPayload seal_payload(const SecretBytes& secret, ByteView plaintext);

// open_payload checks and opens. `data` may be in either base64 alphabet, with or without padding
// . Errors: invalid (unknown type, a type that does not fit the secret's length, not
// base64, more than 64 KiB); cannot_open (wrong secret or damaged).
Result<Bytes> open_payload(const SecretBytes& secret, const SealedPayload& payload);

}  // namespace keyferry::transfer
