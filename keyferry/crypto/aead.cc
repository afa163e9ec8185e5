// AES-GCM over OpenSSL's EVP interface.
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

const EVP_CIPHER* cipher_of(const SecretBytes& key) {
  static const EVP_CIPHER* const aes_128 = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  static const EVP_CIPHER* const aes_256 = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  require(aes_128 != nullptr && aes_256 != nullptr, "OpenSSL has AES-GCM");
  require(key.size() == 16 || key.size() == 32, "an AEAD key has 16 or 32 octets");
  return key.size() == 16 ? aes_128 : aes_256;
}

int size_of(ByteView bytes) {
  require(bytes.size() <= INT_MAX, "one AEAD message is below 2 GiB");
  return static_cast<int>(bytes.size());
}

}  // namespace

Bytes aead_seal(const SecretBytes& key, ByteView plaintext, ByteView associated) {
  Bytes out(kAeadIvSize + plaintext.size() + kAeadTagSize);
  const std::span<std::uint8_t> all = out;
  digest::random_fill(all.first(kAeadIvSize));
  std::uint8_t* const text = all.subspan(kAeadIvSize).data();
  OSSL_PARAM tag[] = {OSSL_PARAM_construct_octet_string(
                          OSSL_CIPHER_PARAM_AEAD_TAG, all.last(kAeadTagSize).data(), kAeadTagSize),
                      OSSL_PARAM_construct_end()};

  const Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool sealed =
      context != nullptr &&
      EVP_EncryptInit_ex2(context.get(), cipher_of(key), key.expose().data(), out.data(),
                          nullptr) == 1 &&
      (associated.empty() || EVP_EncryptUpdate(context.get(), nullptr, &size, associated.data(),
                                               size_of(associated)) == 1) &&
      (plaintext.empty() ||
       EVP_EncryptUpdate(context.get(), text, &size, plaintext.data(), size_of(plaintext)) == 1) &&
      EVP_EncryptFinal_ex(context.get(), text + plaintext.size(), &size) == 1 &&
      EVP_CIPHER_CTX_get_params(context.get(), tag) == 1;
  require(sealed, "AES-GCM seals");
  return out;
}

Result<Bytes> aead_open(const SecretBytes& key, ByteView sealed, ByteView associated) {
  const EVP_CIPHER* const cipher = cipher_of(key);
  const Error cannot_open = fail(Errc::cannot_open, "the message does not open");
  if (sealed.size() < kAeadIvSize + kAeadTagSize || sealed.size() > INT_MAX) return cannot_open;
  const ByteView text = sealed.subspan(kAeadIvSize, sealed.size() - kAeadIvSize - kAeadTagSize);
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
      EVP_DecryptInit_ex2(context.get(), cipher, key.expose().data(), sealed.data(), tag) == 1 &&
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

}  // namespace keyferry::crypto
