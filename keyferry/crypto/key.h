// Signature and agreement keys. Ed25519 (RFC 8032) and P-256 (FIPS 186-4, ECDSA with SHA-256) sign;
// P-256 agrees too (X25519: x25519.h).
//
// Security notions:
//   Ed25519     SUF-CMA: OpenSSL refuses S of L and above, and compares R as octets. A signature
//               fits one message only, since keys of small order are refused (ed25519_point.h).
//   P-256       EUF-CMA and not SUF-CMA: with (r, s) its mirror (r, n - s) fits too.
//   agreement   a secret under the gap Diffie-Hellman assumption, not uniform octets: derive keys
//               from it by HKDF, with both public keys in the input.
#pragma once

#include <memory>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::crypto {

enum class KeyType { ed25519, p256 };

// PublicKey is a checked verification key: for P-256 the point is on the curve, for Ed25519 it is
// one that is_ed25519_point takes.
class PublicKey {
 public:
  // parse takes raw octets: 32 for Ed25519, 65 for P-256 (uncompressed point 04 ‖ x ‖ y).
  // Errors: invalid.
  static Result<PublicKey> parse(KeyType type, ByteView raw);

  KeyType type() const { return type_; }
  // raw returns what parse took.
  const Bytes& raw() const { return raw_; }

  // verify checks a raw signature over `message`: 64 octets, for P-256 r ‖ s (as in JOSE), any s.
  bool verify(ByteView message, ByteView signature) const;

  // verify_digest is verify of a message whose SHA-256 (32 octets) the caller has. P-256 only: for
  // another key a broken promise.
  bool verify_digest(ByteView digest, ByteView signature) const;

  friend bool operator==(const PublicKey&, const PublicKey&) = default;

 private:
  friend class PrivateKey;
  PublicKey(KeyType type, Bytes raw) : type_(type), raw_(std::move(raw)) {}
  KeyType type_;
  Bytes raw_;
};

// PrivateKey signs. Move-only; the scalar is wiped with the object. Safe for concurrent sign()
// calls.
class PrivateKey {
 public:
  static PrivateKey generate(KeyType type);
  // from_secret takes 32 octets: the Ed25519 seed or the P-256 scalar big-endian. Errors: invalid.
  static Result<PrivateKey> from_secret(KeyType type, const SecretBytes& secret);

  KeyType type() const { return public_key_.type(); }
  const PublicKey& public_key() const { return public_key_; }
  // secret returns the 32 octets that from_secret takes, for a key file of mode 600 and nothing
  // else.
  const SecretBytes& secret() const { return secret_; }

  // sign returns 64 octets, for P-256 r ‖ s.
  Bytes sign(ByteView message) const;

  // agree is ECDH (SP 800-56A, cofactor 1): the x-coordinate that both sides get, 32 octets. Both
  // keys are P-256: anything else is a broken promise.
  SecretBytes agree(const PublicKey& other) const;

 private:
  PrivateKey(SecretBytes secret, PublicKey key)
      : secret_(std::move(secret)), public_key_(std::move(key)) {}
  SecretBytes secret_;
  PublicKey public_key_;
};

}  // namespace keyferry::crypto
