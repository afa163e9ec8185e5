#include "keyferry/base/error.h"
#include "keyferry/lock/crypto_test.h"
#include "keyferry/lock/example_mbedtls.h"

namespace keyferry::lock {
namespace {

class MbedtlsCrypto final : public TestCrypto {
 public:
  explicit MbedtlsCrypto(ByteView scalar) {
    example_callbacks(&platform_);
    require(scalar.size() == 32 && example_start(&crypto_, scalar.data()) == 1,
            "mbed TLS takes the key");
  }
  ~MbedtlsCrypto() override { example_stop(&crypto_); }
  Bytes public_key() const override {
    Bytes out(KFL_KEY);
    require(example_point(&crypto_, out.data()) == 1, "a key has a point");
    return out;
  }
  int hash(const kfl_part* parts, std::size_t count, std::uint8_t* out) override {
    return platform_.hash(&crypto_, parts, count, out);
  }
  int verify(const std::uint8_t* key, const std::uint8_t* digest,
             const std::uint8_t* signature) override {
    return platform_.verify(&crypto_, key, digest, signature);
  }
  int agree(const std::uint8_t* other, std::uint8_t* shared) override {
    return platform_.agree(&crypto_, other, shared);
  }
  int open(const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
           std::size_t size) override {
    return platform_.open(&crypto_, key, nonce, data, size);
  }
  int seal(const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
           std::size_t size) override {
    return platform_.seal(&crypto_, key, nonce, data, size);
  }

 private:
  mutable example_crypto crypto_{};
  kfl_platform platform_{};
};

}  // namespace

std::unique_ptr<TestCrypto> TestCrypto::make(ByteView scalar) {
  return std::make_unique<MbedtlsCrypto>(scalar);
}

}  // namespace keyferry::lock
