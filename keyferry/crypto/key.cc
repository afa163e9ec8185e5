// Keys are kept as octets and become OpenSSL objects for each call: so they can be compared and
// moved, and every thread works on an object of its own.
#include "keyferry/crypto/key.h"

#include <algorithm>

#include <openssl/evp.h>

#include "keyferry/crypto/ed25519_point.h"
#include "keyferry/crypto/p256.h"
#include "keyferry/digest/random.h"

namespace keyferry::crypto {
namespace {

using PkeyContext = digest::OpensslHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MdContext = digest::OpensslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kSignatureSize = 64;

// Ed25519 hashes by itself and wants no digest named.
const char* digest_of(KeyType type) {
  return type == KeyType::p256 ? "SHA2-256" : nullptr;
}

Result<Done> check_ed25519(ByteView raw) {
  if (raw.size() != 32) return fail(Errc::invalid, "an Ed25519 public key has 32 octets");
  ByteArray<32> octets;
  std::copy(raw.begin(), raw.end(), octets.begin());
  if (!is_ed25519_point(octets)) {
    return fail(Errc::invalid, "the Ed25519 public key is not a usable point of the curve");
  }
  return Done{};
}

Result<Done> check_p256(ByteView raw) {
  if (raw.size() != 65 || raw[0] != 0x04) {
    return fail(Errc::invalid, "a P-256 public key has 65 octets that begin with 04");
  }
  const digest::ErrorQueueGuard guard;
  if (p256_public_key(raw) == nullptr) {
    return fail(Errc::invalid, "the P-256 public key is not a point of the curve");
  }
  return Done{};
}

Pkey pkey_of(const PublicKey& key) {
  if (key.type() == KeyType::p256) return p256_public_key(key.raw());
  return Pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.raw().data(), key.raw().size()));
}

Pkey ed25519_key_pair(const SecretBytes& seed) {
  Pkey key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.expose().data(), seed.size()));
  require(key != nullptr, "32 octets are an Ed25519 key");
  return key;
}

Bytes ed25519_public_octets(const SecretBytes& seed) {
  Bytes out(32);
  std::size_t size = out.size();
  const Pkey key = ed25519_key_pair(seed);
  require(EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1 && size == out.size(),
          "an Ed25519 key has a public key");
  return out;
}

}  // namespace

Result<PublicKey> PublicKey::parse(KeyType type, ByteView raw) {
  KF_TRY(type == KeyType::p256 ? check_p256(raw) : check_ed25519(raw));
  return PublicKey(type, copy_of(raw));
}

bool PublicKey::verify(ByteView message, ByteView signature) const {
  if (signature.size() != kSignatureSize) return false;
  const digest::ErrorQueueGuard guard;
  const Bytes encoded =
      type_ == KeyType::p256 ? *p256_signature_to_der(signature) : copy_of(signature);
  const Pkey key = pkey_of(*this);
  const MdContext context(EVP_MD_CTX_new());
  require(key != nullptr && context != nullptr &&
              EVP_DigestVerifyInit_ex(context.get(), nullptr, digest_of(type_), nullptr, nullptr,
                                      key.get(), nullptr) == 1,
          "a checked key verifies");
  return EVP_DigestVerify(context.get(), encoded.data(), encoded.size(), message.data(),
                          message.size()) == 1;
}

bool PublicKey::verify_digest(ByteView digest, ByteView signature) const {
  require(type_ == KeyType::p256 && digest.size() == 32, "a P-256 key verifies a SHA-256");
  if (signature.size() != kSignatureSize) return false;
  const digest::ErrorQueueGuard guard;
  const Bytes encoded = *p256_signature_to_der(signature);
  const Pkey key = pkey_of(*this);
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  require(context != nullptr && EVP_PKEY_verify_init(context.get()) == 1, "a checked key verifies");
  return EVP_PKEY_verify(context.get(), encoded.data(), encoded.size(), digest.data(),
                         digest.size()) == 1;
}

PrivateKey PrivateKey::generate(KeyType type) {
  while (true) {
    // Only a P-256 scalar can be out of range, once in 2^32 draws.
    auto key = from_secret(type, digest::random_secret(kSecretSize));
    if (key) return *std::move(key);
  }
}

Result<PrivateKey> PrivateKey::from_secret(KeyType type, const SecretBytes& secret) {
  if (secret.size() != kSecretSize) {
    return fail(Errc::invalid, "a private key has 32 octets");
  }
  const auto point = type == KeyType::p256 ? p256_point(secret) : ed25519_public_octets(secret);
  if (!point) return fail(Errc::invalid, "the P-256 private key is out of range");
  return PrivateKey(secret.clone(), PublicKey(type, *point));
}

Bytes PrivateKey::sign(ByteView message) const {
  const bool is_p256 = type() == KeyType::p256;
  const Pkey key = is_p256 ? p256_key_pair(secret_, public_key_.raw()) : ed25519_key_pair(secret_);
  const MdContext context(EVP_MD_CTX_new());
  ByteArray<80> out;  // DER of a P-256 signature has at most 72 octets
  std::size_t size = out.size();
  require(context != nullptr &&
              EVP_DigestSignInit_ex(context.get(), nullptr, digest_of(type()), nullptr, nullptr,
                                    key.get(), nullptr) == 1 &&
              EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1,
          "a checked key signs");
  const ByteView signature = ByteView(out).first(size);
  return is_p256 ? p256_signature_to_raw(signature) : copy_of(signature);
}

SecretBytes PrivateKey::agree(const PublicKey& other) const {
  require(type() == KeyType::p256 && other.type() == KeyType::p256, "P-256 keys agree");
  const Pkey own = p256_key_pair(secret_, public_key_.raw());
  const Pkey peer = pkey_of(other);
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
  ByteArray<32> shared;
  std::size_t size = shared.size();
  require(context != nullptr && peer != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
              EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
              EVP_PKEY_derive(context.get(), shared.data(), &size) == 1 && size == shared.size(),
          "checked keys agree");
  auto out = SecretBytes::copy(shared);
  wipe(shared.data(), shared.size());
  return out;
}

}  // namespace keyferry::crypto
