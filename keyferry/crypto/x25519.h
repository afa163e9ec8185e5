// X25519 key agreement (RFC 7748) with ephemeral keys.
//
// Security notion: a secret under the gap Diffie-Hellman assumption, not uniform octets. Several
// public keys agree to the same secret: derive keys from it by HKDF, with both keys in the input.
#pragma once

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::crypto {

using X25519Public = ByteArray<32>;

// X25519Private is one side's ephemeral key. Move-only, wiped with the object.
class X25519Private {
 public:
  static X25519Private generate();
  // from_secret takes the 32 octets of an earlier key (a stored transfer). Errors: invalid.
  static Result<X25519Private> from_secret(const SecretBytes& secret);

  const X25519Public& public_key() const { return public_key_; }
  const SecretBytes& secret() const { return secret_; }

  // agree returns the 32 shared octets. Errors: invalid if they are all zero (a low-order point).
  Result<SecretBytes> agree(const X25519Public& other) const;

 private:
  X25519Private(SecretBytes secret, X25519Public key)
      : secret_(std::move(secret)), public_key_(key) {}
  SecretBytes secret_;
  X25519Public public_key_;
};

}  // namespace keyferry::crypto
