#include "keyferry/digest/hash.h"

#include <thread>

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"

namespace keyferry::digest {
namespace {

Bytes hex(std::string_view text) {
  return *parse_hex(text);
}

// FIPS 180-4 examples, as published by NIST.
TEST(Sha2, MatchesTheExamplesOfFips180) {
  EXPECT_EQ(encode_hex(sha256(bytes_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(encode_hex(sha256(ByteView())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(encode_hex(sha512(bytes_of("abc"))),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Sha2, PartsAndStreamHashTheirConcatenation) {
  const Sha256 whole = sha256(bytes_of("abcdef"));
  EXPECT_EQ(sha256({bytes_of("ab"), {}, bytes_of("cdef")}), whole);
  Sha256Stream stream;
  stream.update(bytes_of("abc"));
  Sha256Stream moved = std::move(stream);
  moved.update(bytes_of("def"));
  EXPECT_EQ(moved.finish(), whole);
}

TEST(Sha2, FinishingTwiceIsABrokenPromise) {
  Sha256Stream stream;
  stream.finish();
  EXPECT_DEATH(stream.finish(), "finish\\(\\) is called once");
  EXPECT_DEATH(stream.update(bytes_of("a")), "fed before finish");
}

// RFC 4231 sections 4.2 to 4.8; case 5 is the truncated one and left out.
TEST(Hmac, MatchesRfc4231) {
  struct Case {
    Bytes key;
    Bytes data;
    const char* mac;
  };
  const Case cases[] = {
      {Bytes(20, 0x0b), copy_of(bytes_of("Hi There")),
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {copy_of(bytes_of("Jefe")), copy_of(bytes_of("what do ya want for nothing?")),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {Bytes(20, 0xaa), Bytes(50, 0xdd),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Bytes(50, 0xcd),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {Bytes(131, 0xaa),
       copy_of(bytes_of("Test Using Larger Than Block-Size Key - Hash Key First")),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {Bytes(131, 0xaa),
       copy_of(bytes_of("This is a test using a larger than block-size key and a larger than "
                        "block-size data. The key needs to be hashed before being used by the "
                        "HMAC algorithm.")),
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(encode_hex(hmac_sha256(c.key, {c.data})), c.mac);
    const ByteView data = c.data;
    EXPECT_EQ(encode_hex(hmac_sha256(c.key, {data.first(3), {}, data.subspan(3)})), c.mac);
    const HmacSha256 ready(c.key);
    EXPECT_EQ(encode_hex(ready({data})), c.mac);
    EXPECT_EQ(encode_hex(ready({data.first(3), {}, data.subspan(3)})), c.mac) << "a second time";
  }
}

TEST(Hmac, TakesAnEmptyKeyAndNoInput) {
  constexpr auto kMac = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  EXPECT_EQ(encode_hex(hmac_sha256({}, {})), kMac);
  EXPECT_EQ(encode_hex(HmacSha256({})({})), kMac);
}

TEST(Hmac, TheBoundaryOfABlockIsWhereTheKeyIsHashed) {
  for (std::size_t size = 60; size < 70; ++size) {
    const Bytes key(size, 7);
    EXPECT_EQ(HmacSha256(key)({bytes_of("data")}), hmac_sha256(key, {bytes_of("data")})) << size;
  }
}

TEST(Hmac, AKeyMadeReadyServesManyThreads) {
  const HmacSha256 ready(bytes_of("key"));
  const Sha256 expected = hmac_sha256(bytes_of("key"), {bytes_of("data")});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 1000; ++turn) EXPECT_EQ(ready({bytes_of("data")}), expected);
    });
  }
}

// RFC 5869 appendix A.1 to A.3.
TEST(Hkdf, MatchesRfc5869) {
  const Bytes ikm(22, 0x0b);
  const Bytes salt = hex("000102030405060708090a0b0c");
  EXPECT_EQ(encode_hex(hkdf_extract(salt, ikm)),
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  EXPECT_EQ(encode_hex(hkdf(salt, ikm, hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(encode_hex(hkdf({}, ikm, {}, 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  Bytes octets;
  for (int i = 0; i < 256; ++i) octets.push_back(static_cast<std::uint8_t>(i));
  const ByteView all = octets;
  EXPECT_EQ(encode_hex(hkdf(all.subspan(0x60, 80), all.first(80), all.subspan(0xb0), 82)),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41"
            "c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

TEST(Hkdf, AShorterExpansionIsAPrefixUpToTheLimit) {
  const Sha256 prk = sha256(bytes_of("prk"));
  const Bytes longest = hkdf_expand(prk, bytes_of("info"), 255 * 32);
  for (std::size_t size : {0U, 1U, 31U, 32U, 33U, 64U, 8159U}) {
    const ByteView prefix = ByteView(longest).first(size);
    EXPECT_EQ(hkdf_expand(prk, bytes_of("info"), size), copy_of(prefix));
  }
  EXPECT_DEATH(hkdf_expand(prk, {}, 255 * 32 + 1), "255 blocks");
}

}  // namespace
}  // namespace keyferry::digest
