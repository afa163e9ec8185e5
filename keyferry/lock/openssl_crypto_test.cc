#include <algorithm>

#include "keyferry/lock/crypto_test.h"
#include "keyferry/verifier/lock_crypto.h"

namespace keyferry::lock {
namespace {

using verifier::LockCrypto;

class OpensslCrypto final : public TestCrypto {
 public:
  explicit OpensslCrypto(ByteView scalar)
      : crypto_(crypto::PrivateKey::from_secret(crypto::KeyType::p256, SecretBytes(copy_of(scalar)))
                    .value()) {}
  Bytes public_key() const override { return copy_of(crypto_.public_key()); }
  int hash(const kfl_part* parts, std::size_t count, std::uint8_t* out) override {
    const auto digest = LockCrypto::hash(parts, count);
    std::copy(digest.begin(), digest.end(), out);
    return 1;
  }
  int verify(const std::uint8_t* key, const std::uint8_t* digest,
             const std::uint8_t* signature) override {
    return LockCrypto::verify({key, KFL_KEY}, {digest, 32}, {signature, 64});
  }
  int agree(const std::uint8_t* other, std::uint8_t* shared) override {
    const auto x = crypto_.agree({other, KFL_KEY});
    if (x) std::copy(x->expose().begin(), x->expose().end(), shared);
    return x ? 1 : 0;
  }
  int open(const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
           std::size_t size) override {
    return LockCrypto::open({key, 32}, {nonce, 12}, data, size) ? 1 : 0;
  }
  int seal(const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
           std::size_t size) override {
    LockCrypto::seal({key, 32}, {nonce, 12}, data, size);
    return 1;
  }

 private:
  LockCrypto crypto_;
};

}  // namespace

std::unique_ptr<TestCrypto> TestCrypto::make(ByteView scalar) {
  return std::make_unique<OpensslCrypto>(scalar);
}

}  // namespace keyferry::lock
