// SHA-2, HMAC and HKDF. Cannot fail: a failure of OpenSSL here is a broken promise (require).
//
// Security notions:
//   SHA-2   resists collisions and preimages. Whoever knows a hash can go on from it (length
//           extension), so a key before a message makes no MAC.
//   HMAC    a PRF, and so a MAC that nobody forges (SUF-CMA). A key and the same with zeros behind
//           it, up to 64 octets, are one key.
//   HKDF    extract: a key from a secret that is not uniform. expand: a PRF under `prk`, with an
//           output of its own for each `info`.
#pragma once

#include <memory>

#include "keyferry/base/bytes.h"

namespace keyferry::digest {

using Sha256 = ByteArray<32>;
using Sha512 = ByteArray<64>;

// sha256 and sha512 hash the concatenation of `parts` (FIPS 180-4).
Sha256 sha256(std::initializer_list<ByteView> parts);
Sha256 sha256(ByteView bytes);
Sha512 sha512(ByteView bytes);

// hmac_sha256 is HMAC (RFC 2104) with SHA-256 over the concatenation of `parts`.
Sha256 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

// HmacSha256 is hmac_sha256 under one key that is made ready once: a tenth of the cost for short
// inputs. It holds what the key can be replaced by; that is wiped when it dies. Thread-safe.
class HmacSha256 {
 public:
  explicit HmacSha256(ByteView key);
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;
  Sha256 operator()(std::initializer_list<ByteView> parts) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

// hkdf_extract, hkdf_expand and hkdf are RFC 5869 with SHA-256. An empty `salt` means 32 zero
// octets. `size` is at most 255 × 32; more is a broken promise. The caller wipes what it gets.
Sha256 hkdf_extract(ByteView salt, ByteView ikm);
Bytes hkdf_expand(ByteView prk, ByteView info, std::size_t size);
Bytes hkdf(ByteView salt, ByteView ikm, ByteView info, std::size_t size);

// Sha256Stream hashes octets as they come; finish() may be called once.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void update(ByteView bytes);
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::digest
