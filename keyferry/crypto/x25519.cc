// OpenSSL refuses an all-zero result itself; it is looked at once more, for everything rests on it.
#include "keyferry/crypto/x25519.h"

#include <openssl/evp.h>

#include "keyferry/digest/openssl_handle.h"
#include "keyferry/digest/random.h"

namespace keyferry::crypto {
namespace {

using Pkey = digest::OpensslHandle<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = digest::OpensslHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

constexpr std::size_t kSize = 32;

Pkey private_key_of(const SecretBytes& secret) {
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.expose().data(), kSize));
  require(key != nullptr, "32 octets are an X25519 key");
  return key;
}

}  // namespace

X25519Private X25519Private::generate() {
  return from_secret(digest::random_secret(kSize)).value();
}

Result<X25519Private> X25519Private::from_secret(const SecretBytes& secret) {
  if (secret.size() != kSize) return fail(Errc::invalid, "an X25519 private key has 32 octets");
  const Pkey key = private_key_of(secret);
  X25519Public public_key{};
  std::size_t size = public_key.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) == 1 && size == kSize,
          "an X25519 key has a public key");
  return X25519Private(secret.clone(), public_key);
}

Result<SecretBytes> X25519Private::agree(const X25519Public& other) const {
  const digest::ErrorQueueGuard guard;
  const Pkey own = private_key_of(secret_);
  const Pkey peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, other.data(), kSize));
  const PkeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr));
  require(peer != nullptr && context != nullptr && EVP_PKEY_derive_init(context.get()) == 1,
          "X25519 is available");
  Bytes shared(kSize);
  std::size_t size = shared.size();
  // OpenSSL itself refuses an all-zero result.
  const bool agreed = EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
                      EVP_PKEY_derive(context.get(), shared.data(), &size) == 1;
  SecretBytes secret(std::move(shared));
  const bool zero = equal_constant_time(secret.expose(), Bytes(kSize));
  if (!agreed || zero) return fail(Errc::invalid, "the other side's X25519 key is of low order");
  return secret;
}

}  // namespace keyferry::crypto
