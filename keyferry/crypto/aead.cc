// The AEADs over OpenSSL's EVP interface.
#include "keyferry/crypto/aead.h"

#include <climits>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "keyferry/digest/openssl_handle.h"
#include "keyferry/digest/random.h"

namespace keyferry::crypto {
namespace {

using Context = digest::OpensslHandle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

const EVP_CIPHER* cipher_of(Cipher cipher) {
  static const EVP_CIPHER* const aes_128 = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  static const EVP_CIPHER* const aes_256 = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  static const EVP_CIPHER* const chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  require(aes_128 != nullptr && aes_256 != nullptr && chacha != nullptr, "OpenSSL has the AEADs");
  if (cipher == Cipher::chacha20_poly1305) return chacha;
  return cipher == Cipher::aes_128_gcm ? aes_128 : aes_256;
}

Cipher gcm_for(const SecretBytes& key) {
  require(key.size() == 16 || key.size() == 32, "an AEAD key has 16 or 32 octets");
  return key.size() == 16 ? Cipher::aes_128_gcm : Cipher::aes_256_gcm;
}

void check_sizes(Cipher cipher, const SecretBytes& key, ByteView nonce) {
  require(key.size() == (cipher == Cipher::aes_128_gcm ? 16 : 32), "the key fits the cipher");
  require(nonce.size() == kAeadIvSize, "a nonce has 12 octets");
}

int size_of(ByteView bytes) {
  require(bytes.size() <= INT_MAX, "one AEAD message is below 2 GiB");
  return static_cast<int>(bytes.size());
}

// Writes ciphertext ‖ tag to `out`, which is that long.
void seal(Cipher cipher, const SecretBytes& key, ByteView iv, ByteView plaintext,
          ByteView associated, std::span<std::uint8_t> out) {
  OSSL_PARAM tag[] = {OSSL_PARAM_construct_octet_string(
                          OSSL_CIPHER_PARAM_AEAD_TAG, out.last(kAeadTagSize).data(), kAeadTagSize),
                      OSSL_PARAM_construct_end()};
  const Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool sealed =
      context != nullptr &&
      EVP_EncryptInit_ex2(context.get(), cipher_of(cipher), key.expose().data(), iv.data(),
                          nullptr) == 1 &&
      (associated.empty() || EVP_EncryptUpdate(context.get(), nullptr, &size, associated.data(),
                                               size_of(associated)) == 1) &&
      (plaintext.empty() || EVP_EncryptUpdate(context.get(), out.data(), &size, plaintext.data(),
                                              size_of(plaintext)) == 1) &&
      EVP_EncryptFinal_ex(context.get(), out.data() + plaintext.size(), &size) == 1 &&
      EVP_CIPHER_CTX_get_params(context.get(), tag) == 1;
  require(sealed, "an AEAD seals");
}

// `sealed` is ciphertext ‖ tag.
Result<Bytes> open(Cipher cipher, const SecretBytes& key, ByteView iv, ByteView sealed,
                   ByteView associated) {
  const Error cannot_open = fail(Errc::cannot_open, "the message does not open");
  if (sealed.size() < kAeadTagSize || sealed.size() > INT_MAX) return cannot_open;
  const ByteView text = sealed.first(sealed.size() - kAeadTagSize);
  ByteArray<kAeadTagSize> expected;
  std::copy_n(sealed.last(kAeadTagSize).begin(), kAeadTagSize, expected.begin());
  const OSSL_PARAM tag[] = {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG,
                                                              expected.data(), expected.size()),
                            OSSL_PARAM_construct_end()};

  const digest::ErrorQueueGuard guard;
  const Context context(EVP_CIPHER_CTX_new());
  Bytes out(text.size());
  int size = 0;
  const bool opened =
      context != nullptr &&
      EVP_DecryptInit_ex2(context.get(), cipher_of(cipher), key.expose().data(), iv.data(), tag) ==
          1 &&
      (associated.empty() || EVP_DecryptUpdate(context.get(), nullptr, &size, associated.data(),
                                               size_of(associated)) == 1) &&
      (text.empty() ||
       EVP_DecryptUpdate(context.get(), out.data(), &size, text.data(), size_of(text)) == 1) &&
      EVP_DecryptFinal_ex(context.get(), out.data() + out.size(), &size) == 1;
  if (!opened) {
    // Nobody may see text that was not authenticated.
    wipe(out);
    return cannot_open;
  }
  return out;
}

}  // namespace

Bytes aead_seal(const SecretBytes& key, ByteView plaintext, ByteView associated) {
  Bytes out(kAeadIvSize + plaintext.size() + kAeadTagSize);
  const std::span<std::uint8_t> all = out;
  digest::random_fill(all.first(kAeadIvSize));
  seal(gcm_for(key), key, all.first(kAeadIvSize), plaintext, associated, all.subspan(kAeadIvSize));
  return out;
}

Result<Bytes> aead_open(const SecretBytes& key, ByteView sealed, ByteView associated) {
  const Cipher cipher = gcm_for(key);
  if (sealed.size() < kAeadIvSize) return fail(Errc::cannot_open, "the message does not open");
  return open(cipher, key, sealed.first(kAeadIvSize), sealed.subspan(kAeadIvSize), associated);
}

Bytes aead_seal_at(Cipher cipher, const SecretBytes& key, ByteView nonce, ByteView plaintext) {
  check_sizes(cipher, key, nonce);
  Bytes out(plaintext.size() + kAeadTagSize);
  seal(cipher, key, nonce, plaintext, {}, out);
  return out;
}

Result<Bytes> aead_open_at(Cipher cipher, const SecretBytes& key, ByteView nonce, ByteView sealed) {
  check_sizes(cipher, key, nonce);
  return open(cipher, key, nonce, sealed, {});
}

}  // namespace keyferry::crypto
