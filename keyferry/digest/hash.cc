// SHA-2, HMAC and HKDF over OpenSSL's EVP interface. The algorithms are fetched once and live as
// long as the process.
#include "keyferry/digest/hash.h"

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

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  require(algorithm != nullptr, "OpenSSL has SHA-256");
  return algorithm;
}

const EVP_MD* sha512_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-512", nullptr);
  require(algorithm != nullptr, "OpenSSL has SHA-512");
  return algorithm;
}

EVP_MAC* hmac_algorithm() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  require(algorithm != nullptr, "OpenSSL has HMAC");
  return algorithm;
}

}  // namespace

struct Sha256Stream::State {
  MdContext context{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  require(state_->context != nullptr &&
              EVP_DigestInit_ex2(state_->context.get(), sha256_algorithm(), nullptr) == 1,
          "SHA-256 starts");
}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::update(ByteView bytes) {
  require(state_ != nullptr, "a hash is fed before finish()");
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1,
          "SHA-256 takes octets");
}

Sha256 Sha256Stream::finish() {
  require(state_ != nullptr, "finish() is called once");
  Sha256 out;
  require(EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr) == 1, "SHA-256 ends");
  state_.reset();
  return out;
}

Sha256 sha256(std::initializer_list<ByteView> parts) {
  Sha256Stream stream;
  for (ByteView part : parts) stream.update(part);
  return stream.finish();
}

Sha256 sha256(ByteView bytes) {
  Sha256 out;
  require(
      EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, sha256_algorithm(), nullptr) == 1,
      "SHA-256 hashes");
  return out;
}

Sha512 sha512(ByteView bytes) {
  Sha512 out;
  require(
      EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, sha512_algorithm(), nullptr) == 1,
      "SHA-512 hashes");
  return out;
}

Sha256 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  const MacContext context(EVP_MAC_CTX_new(hmac_algorithm()));
  char name[] = "SHA2-256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                               OSSL_PARAM_construct_end()};
  // OpenSSL takes a null key for "the key stays as it was", so an empty key needs an address.
  const std::uint8_t nothing = 0;
  const std::uint8_t* key_data = key.empty() ? &nothing : key.data();
  require(context != nullptr && EVP_MAC_init(context.get(), key_data, key.size(), params) == 1,
          "HMAC starts");
  for (ByteView part : parts) {
    require(EVP_MAC_update(context.get(), part.data(), part.size()) == 1, "HMAC takes octets");
  }
  Sha256 out;
  std::size_t size = 0;
  require(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1 && size == out.size(),
          "HMAC ends");
  return out;
}

// The hashes that have eaten the padded key, inner and outer (RFC 2104). OpenSSL's own HMAC context
// costs eight times as much to copy.
struct HmacSha256::State {
  MdContext inner{EVP_MD_CTX_new()};
  MdContext outer{EVP_MD_CTX_new()};
};

namespace {

constexpr std::size_t kHashBlock = 64;

void start_hmac(EVP_MD_CTX* context, ByteArray<kHashBlock> block, std::uint8_t pad) {
  for (std::uint8_t& octet : block) octet ^= pad;
  require(context != nullptr && EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr) == 1 &&
              EVP_DigestUpdate(context, block.data(), block.size()) == 1,
          "HMAC starts");
  wipe(block.data(), block.size());
}

}  // namespace

HmacSha256::HmacSha256(ByteView key) {
  ByteArray<kHashBlock> block{};
  if (key.size() > block.size()) {
    const Sha256 hash = sha256(key);
    std::copy(hash.begin(), hash.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  auto state = std::make_unique<State>();
  start_hmac(state->inner.get(), block, 0x36);
  start_hmac(state->outer.get(), block, 0x5c);
  wipe(block.data(), block.size());
  state_ = std::move(state);
}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Sha256 HmacSha256::operator()(std::initializer_list<ByteView> parts) const {
  thread_local const MdContext work(EVP_MD_CTX_new());
  require(work != nullptr && EVP_MD_CTX_copy_ex(work.get(), state_->inner.get()) == 1,
          "HMAC starts");
  for (ByteView part : parts) {
    require(EVP_DigestUpdate(work.get(), part.data(), part.size()) == 1, "HMAC takes octets");
  }
  Sha256 out;
  require(EVP_DigestFinal_ex(work.get(), out.data(), nullptr) == 1 &&
              EVP_MD_CTX_copy_ex(work.get(), state_->outer.get()) == 1 &&
              EVP_DigestUpdate(work.get(), out.data(), out.size()) == 1 &&
              EVP_DigestFinal_ex(work.get(), out.data(), nullptr) == 1,
          "HMAC ends");
  return out;
}

Sha256 hkdf_extract(ByteView salt, ByteView ikm) {
  const Sha256 zeros{};
  return hmac_sha256(salt.empty() ? ByteView(zeros) : salt, {ikm});
}

Bytes hkdf_expand(ByteView prk, ByteView info, std::size_t size) {
  constexpr std::size_t kBlock = sizeof(Sha256);
  require(size <= 255 * kBlock, "HKDF makes at most 255 blocks");
  Bytes out(size);
  Sha256 block{};
  for (std::size_t done = 0; done < size; done += kBlock) {
    const std::uint8_t counter = static_cast<std::uint8_t>(done / kBlock + 1);
    const ByteView before = done == 0 ? ByteView() : ByteView(block);
    block = hmac_sha256(prk, {before, info, ByteView(&counter, 1)});
    std::copy_n(block.begin(), std::min(kBlock, size - done),
                out.begin() + static_cast<std::ptrdiff_t>(done));
  }
  wipe(block.data(), block.size());
  return out;
}

Bytes hkdf(ByteView salt, ByteView ikm, ByteView info, std::size_t size) {
  Sha256 prk = hkdf_extract(salt, ikm);
  Bytes out = hkdf_expand(prk, info, size);
  wipe(prk.data(), prk.size());
  return out;
}

}  // namespace keyferry::digest
