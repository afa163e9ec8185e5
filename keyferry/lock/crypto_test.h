// The cryptography under which the library is tested: OpenSSL's (openssl_crypto_test.cc) or mbed
// TLS's (mbedtls_crypto_test.cc). Each test program links one of them.
#pragma once

#include <memory>

#include "keyferry/base/bytes.h"
#include "keyferry/lock/keyferry_lock.h"

namespace keyferry::lock {

class TestCrypto {
 public:
  virtual ~TestCrypto() = default;
  // make takes the lock's private key, 32 octets.
  static std::unique_ptr<TestCrypto> make(ByteView scalar);

  virtual Bytes public_key() const = 0;  // x ‖ y
  virtual int hash(const kfl_part* parts, std::size_t count, std::uint8_t* out) = 0;
  virtual int verify(const std::uint8_t* key, const std::uint8_t* digest,
                     const std::uint8_t* signature) = 0;
  virtual int agree(const std::uint8_t* other, std::uint8_t* shared) = 0;
  virtual int open(const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
                   std::size_t size) = 0;
  virtual int seal(const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
                   std::size_t size) = 0;
};

}  // namespace keyferry::lock
