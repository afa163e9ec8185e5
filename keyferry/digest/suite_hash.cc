// SHA-2 and HMAC are OpenSSL's; HKDF is built of HMAC here, and each block is wiped when the next
// is there.
#include "keyferry/digest/suite_hash.h"

#include <algorithm>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "keyferry/base/error.h"
#include "keyferry/base/secret.h"
#include "keyferry/digest/openssl_handle.h"

namespace keyferry::digest {
namespace {

using MdContext = OpensslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using MacContext = OpensslHandle<EVP_MAC_CTX, EVP_MAC_CTX_free>;

const EVP_MD* algorithm_of(SuiteHash hash) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  static const EVP_MD* const sha384 = EVP_MD_fetch(nullptr, "SHA2-384", nullptr);
  require(sha256 != nullptr && sha384 != nullptr, "OpenSSL has SHA-2");
  return hash == SuiteHash::sha256 ? sha256 : sha384;
}

std::size_t length_of(SuiteHash hash) {
  return hash == SuiteHash::sha256 ? 32 : 48;
}

Bytes hmac(SuiteHash hash, ByteView key, std::initializer_list<ByteView> parts) {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  require(algorithm != nullptr, "OpenSSL has HMAC");
  const MacContext context(EVP_MAC_CTX_new(algorithm));
  char sha256[] = "SHA2-256", sha384[] = "SHA2-384";
  char* const name = hash == SuiteHash::sha256 ? sha256 : sha384;
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                               OSSL_PARAM_construct_end()};
  // OpenSSL takes a null key for "the key stays as it was", so an empty key needs an address.
  const std::uint8_t nothing = 0;
  const std::uint8_t* const key_data = key.empty() ? &nothing : key.data();
  require(context != nullptr && EVP_MAC_init(context.get(), key_data, key.size(), params) == 1,
          "HMAC starts");
  for (ByteView part : parts) {
    require(EVP_MAC_update(context.get(), part.data(), part.size()) == 1, "HMAC takes octets");
  }
  Bytes out(length_of(hash));
  std::size_t size = 0;
  require(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1 && size == out.size(),
          "HMAC ends");
  return out;
}

}  // namespace

Bytes suite_hash(SuiteHash hash, std::initializer_list<ByteView> parts) {
  const MdContext context(EVP_MD_CTX_new());
  require(context != nullptr && EVP_DigestInit_ex2(context.get(), algorithm_of(hash), nullptr) == 1,
          "SHA-2 starts");
  for (ByteView part : parts) {
    require(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1, "SHA-2 takes octets");
  }
  Bytes out(length_of(hash));
  require(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1, "SHA-2 ends");
  return out;
}

Bytes hkdf_extract(SuiteHash hash, ByteView salt, ByteView ikm) {
  return hmac(hash, salt, {ikm});  // an empty key and one of zeros are the same to HMAC
}

Bytes hkdf_expand(SuiteHash hash, ByteView prk, ByteView info, std::size_t size) {
  const std::size_t length = length_of(hash);
  require(size <= 255 * length, "HKDF makes at most 255 blocks");
  Bytes out(size);
  Bytes block;
  for (std::size_t done = 0; done < size; done += length) {
    const std::uint8_t counter = static_cast<std::uint8_t>(done / length + 1);
    Bytes next = hmac(hash, prk, {block, info, ByteView(&counter, 1)});
    wipe(block);
    block = std::move(next);
    std::copy_n(block.begin(), std::min(length, size - done),
                out.begin() + static_cast<std::ptrdiff_t>(done));
  }
  wipe(block);
  return out;
}

}  // namespace keyferry::digest
