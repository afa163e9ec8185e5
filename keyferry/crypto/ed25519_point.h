// What OpenSSL does not check about an Ed25519 public key.
#pragma once

#include "keyferry/base/bytes.h"

namespace keyferry::crypto {

// is_ed25519_point says whether `raw` is the canonical encoding (RFC 8032 section 5.1.3: y below
// 2^255 - 19) of a point on the curve that is not one of the eight of small order. For a key of
// small order there are signatures that fit every message. A point with a part of small order
// passes: that makes no signature fit two messages. Takes public octets only: not constant time.
bool is_ed25519_point(const ByteArray<32>& raw);

}  // namespace keyferry::crypto
