// The scalar as a number is marked for constant time and cleared when it dies; the octets that it
// passes through are wiped.
#include "keyferry/crypto/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/params.h>

#include "keyferry/base/error.h"

namespace keyferry::crypto {
namespace {

using digest::OpensslHandle;
using Group = OpensslHandle<EC_GROUP, EC_GROUP_free>;
using Point = OpensslHandle<EC_POINT, EC_POINT_free>;
using Scalar = OpensslHandle<BIGNUM, BN_clear_free>;
using PkeyContext = OpensslHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Signature = OpensslHandle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr int kScalarSize = 32;
constexpr std::size_t kPointSize = 65;

Scalar scalar_of(ByteView octets) {
  Scalar scalar(BN_secure_new());
  require(scalar != nullptr &&
              BN_bin2bn(octets.data(), static_cast<int>(octets.size()), scalar.get()) != nullptr,
          "octets are a number");
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  return scalar;
}

Pkey key_from(int selection, OSSL_PARAM* params) {
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  require(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1, "OpenSSL has EC keys");
  EVP_PKEY* key = nullptr;
  return EVP_PKEY_fromdata(context.get(), &key, selection, params) == 1 ? Pkey(key) : nullptr;
}

OSSL_PARAM group_param() {
  static char name[] = "P-256";
  return OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
}

OSSL_PARAM point_param(Bytes& point) {
  return OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
}

}  // namespace

Pkey p256_public_key(ByteView point) {
  if (point.size() != kPointSize || point[0] != 0x04) return nullptr;
  Bytes octets = copy_of(point);
  OSSL_PARAM params[] = {group_param(), point_param(octets), OSSL_PARAM_construct_end()};
  return key_from(EVP_PKEY_PUBLIC_KEY, params);
}

Pkey p256_key_pair(const SecretBytes& scalar, ByteView point) {
  Bytes octets = copy_of(point);
  const Scalar number = scalar_of(scalar.expose());
  ByteArray<kScalarSize> native;
  require(BN_bn2nativepad(number.get(), native.data(), kScalarSize) == kScalarSize,
          "a P-256 scalar has 32 octets");
  OSSL_PARAM params[] = {
      group_param(), point_param(octets),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native.data(), native.size()),
      OSSL_PARAM_construct_end()};
  Pkey key = key_from(EVP_PKEY_KEYPAIR, params);
  wipe(native.data(), native.size());
  require(key != nullptr, "a checked scalar makes a key");
  return key;
}

std::optional<Bytes> p256_point(const SecretBytes& scalar) {
  if (scalar.size() != kScalarSize) return std::nullopt;
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  require(group != nullptr, "OpenSSL has P-256");
  const Scalar number = scalar_of(scalar.expose());
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return std::nullopt;
  }
  const Point point(EC_POINT_new(group.get()));
  Bytes out(kPointSize);
  require(
      point != nullptr &&
          EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1 &&
          EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(),
                             out.size(), nullptr) == kPointSize,
      "a scalar below the order has a point");
  return out;
}

std::optional<Bytes> p256_signature_to_der(ByteView raw) {
  if (raw.size() != 2 * kScalarSize) return std::nullopt;
  const Signature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw.data(), kScalarSize, nullptr);
  BIGNUM* s = BN_bin2bn(raw.data() + kScalarSize, kScalarSize, nullptr);
  require(signature != nullptr && ECDSA_SIG_set0(signature.get(), r, s) == 1,
          "two numbers are a signature");
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  require(size > 0, "a signature has a DER form");
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Bytes p256_signature_to_raw(ByteView der) {
  const std::uint8_t* position = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size())));
  Bytes out(2 * kScalarSize);
  require(
      signature != nullptr &&
          BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), kScalarSize) == kScalarSize &&
          BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + kScalarSize, kScalarSize) ==
              kScalarSize,
      "OpenSSL signs with two numbers of 32 octets");
  return out;
}

}  // namespace keyferry::crypto
