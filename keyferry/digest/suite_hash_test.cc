#include "keyferry/digest/suite_hash.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/digest/hash.h"

namespace keyferry::digest {
namespace {

// FIPS 180-4 example, as published by NIST.
TEST(SuiteHash, Sha384MatchesTheExampleOfFips180) {
  EXPECT_EQ(encode_hex(suite_hash(SuiteHash::sha384, {bytes_of("a"), bytes_of("bc")})),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
}

// RFC 4231 section 4.3: HKDF's first step is HMAC with the salt as its key.
TEST(SuiteHash, ExtractWithSha384IsTheHmacOfRfc4231) {
  const Bytes mac =
      hkdf_extract(SuiteHash::sha384, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"));
  EXPECT_EQ(encode_hex(mac),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
            "8e2240ca5e69e2c78b3239ecfab21649");
}

// hash.h is held against RFC 5869's own examples.
TEST(SuiteHash, WithSha256ItIsTheHkdfOfHashH) {
  for (const std::size_t size : {0U, 1U, 32U, 33U, 100U}) {
    const Bytes prk = hkdf_extract(SuiteHash::sha256, bytes_of("salt"), bytes_of("key"));
    const Sha256 same = hkdf_extract(bytes_of("salt"), bytes_of("key"));
    EXPECT_EQ(encode_hex(prk), encode_hex(same));
    EXPECT_EQ(hkdf_expand(SuiteHash::sha256, prk, bytes_of("info"), size),
              hkdf_expand(same, bytes_of("info"), size));
  }
  EXPECT_EQ(encode_hex(suite_hash(SuiteHash::sha256, {bytes_of("abc")})),
            encode_hex(sha256(bytes_of("abc"))));
}

TEST(SuiteHash, TooManyBlocksAreABrokenPromise) {
  EXPECT_EQ(hkdf_expand(SuiteHash::sha384, bytes_of("key"), {}, 255 * 48).size(), 255U * 48);
  EXPECT_DEATH(hkdf_expand(SuiteHash::sha384, bytes_of("key"), {}, 255 * 48 + 1), "255 blocks");
}

}  // namespace
}  // namespace keyferry::digest
