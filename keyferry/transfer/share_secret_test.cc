#include "keyferry/transfer/share_secret.h"

#include <set>

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"

namespace keyferry::transfer {
namespace {

TEST(ShareSecret, HasTheCheckAndOnlyLettersAndDigits) {
  std::set<std::string> seen;
  for (int i = 0; i < 4; ++i) {
    const SecretBytes secret = make_share_secret();
    EXPECT_EQ(secret.size(), kSecretSize);
    EXPECT_TRUE(check_holds(secret.expose()));
    const std::string text = encode_base64url(secret.expose());
    EXPECT_EQ(text.size(), 43U);
    EXPECT_EQ(text.find_first_of("-_"), std::string::npos);
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 4U);
}

//= spec:tigress#TMS-02 test
TEST(ShareSecret, PlainOnesAre128Bits) {
  EXPECT_EQ(make_plain_secret().size(), kPlainSecretSize);
  EXPECT_FALSE(make_plain_secret() == make_plain_secret());
}

// Computed with Python: hmac and hashlib.
//= spec:tigress#A-55 test
TEST(ShareSecret, ClaimKeyMatchesAnIndependentComputation) {
  Bytes octets;
  for (std::uint8_t i = 0; i < 32; ++i) octets.push_back(i);
  const SecretBytes key = claim_key_of(SecretBytes(octets));
  EXPECT_EQ(encode_hex(key.expose()),
            "6cdf3316fc10c8f8c037db92f745be2c3f2d833d0662cbf8454ef0d43feaac48");
  EXPECT_EQ(claim_hash_of(key), "8nwcTZAigeHaHltEPzD5IBiQe8QILVMihX2q8Qb359Y");
  EXPECT_EQ(encode_claim_key(key), encode_base64url(key.expose()));
}

TEST(ShareSecret, EveryBitOfTheSecretMovesTheClaimKey) {
  const SecretBytes secret = make_share_secret();
  const std::string hash = claim_hash_of(claim_key_of(secret));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Bytes changed = copy_of(secret.expose());
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_NE(claim_hash_of(claim_key_of(SecretBytes(std::move(changed)))), hash);
  }
}

}  // namespace
}  // namespace keyferry::transfer
