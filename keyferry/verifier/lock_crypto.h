// What libkeyferry-lock asks of cryptography (struct kfl_platform), answered by OpenSSL.
#pragma once

#include <optional>

#include "keyferry/crypto/key.h"
#include "keyferry/digest/hash.h"
#include "keyferry/lock/keyferry_lock.h"

namespace keyferry::verifier {

// LockCrypto holds the lock's private key, P-256. Its members do what the callbacks of the same
// name promise; agree is thread-safe like the rest.
class LockCrypto {
 public:
  // Broken promise unless the key is P-256.
  explicit LockCrypto(crypto::PrivateKey key);

  // public_key is x ‖ y.
  ByteArray<KFL_KEY> public_key() const;

  static digest::Sha256 hash(const kfl_part* parts, std::size_t count);
  // verify: 1 good, 0 not good, -1 no point of the curve.
  static int verify(ByteView key, ByteView digest, ByteView signature);
  // agree gives nothing for what is no point of the curve.
  std::optional<SecretBytes> agree(ByteView other) const;
  // open and seal work in place; `size` counts the tag.
  static bool open(ByteView key, ByteView nonce, std::uint8_t* data, std::size_t size);
  static void seal(ByteView key, ByteView nonce, std::uint8_t* data, std::size_t size);

 private:
  crypto::PrivateKey key_;
};

}  // namespace keyferry::verifier
