// A Kronecker symbol tells whether there is an x; the root is never taken.
#include "keyferry/crypto/ed25519_point.h"

#include <algorithm>

#include <openssl/bn.h>

#include "keyferry/base/error.h"
#include "keyferry/digest/openssl_handle.h"

namespace keyferry::crypto {
namespace {

using Number = digest::OpensslHandle<BIGNUM, BN_free>;
using NumberContext = digest::OpensslHandle<BN_CTX, BN_CTX_free>;

// The field's prime 2^255 - 19 and the curve's d = -121665/121666 (RFC 8032 section 5.1).
constexpr const char* kPrime = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
constexpr const char* kD = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";
// The y of the points of order 8, the two signs of x each; those of the other five points of small
// order are 0, 1 and -1.
constexpr const char* kOrderEight[] = {
    "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"};

Number number_of(const char* hex) {
  BIGNUM* number = nullptr;
  require(BN_hex2bn(&number, hex) == 64, "a constant is a number of 64 digits");
  return Number(number);
}

bool has_order_eight(const Number& y) {
  return std::any_of(std::begin(kOrderEight), std::end(kOrderEight),
                     [&](const char* hex) { return BN_cmp(y.get(), number_of(hex).get()) == 0; });
}

}  // namespace

// The curve is x² = (y² - 1) / (d y² + 1). The divisor is never zero, so there is an x exactly if
// (y² - 1)(d y² + 1) is a square or zero; it is zero for y = 1 and y = -1 only.
bool is_ed25519_point(const ByteArray<32>& raw) {
  ByteArray<32> octets = raw;
  octets[31] = octets[31] & 0x7f;  // the top bit is the sign of x
  const Number y(BN_lebin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
  const Number p = number_of(kPrime);
  require(y != nullptr, "32 octets are a number");
  if (BN_cmp(y.get(), p.get()) >= 0 || BN_is_zero(y.get()) || has_order_eight(y)) return false;

  const NumberContext context(BN_CTX_new());
  const Number square(BN_new());
  const Number divisor(BN_new());
  const Number product(BN_new());
  const bool computed =
      BN_mod_sqr(square.get(), y.get(), p.get(), context.get()) == 1 &&
      BN_mod_mul(divisor.get(), square.get(), number_of(kD).get(), p.get(), context.get()) == 1 &&
      BN_add_word(divisor.get(), 1) == 1 && BN_sub_word(square.get(), 1) == 1 &&
      BN_mod_mul(product.get(), square.get(), divisor.get(), p.get(), context.get()) == 1;
  require(computed, "numbers of 256 bits multiply");
  return BN_kronecker(product.get(), p.get(), context.get()) == 1;
}

}  // namespace keyferry::crypto
