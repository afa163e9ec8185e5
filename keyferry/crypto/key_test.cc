#include "keyferry/crypto/key.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "keyferry/base/hex.h"
#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"

namespace keyferry::crypto {
namespace {

Bytes hex(std::string_view text) {
  return *parse_hex(text);
}

PrivateKey private_key(KeyType type, std::string_view secret) {
  auto key = PrivateKey::from_secret(type, SecretBytes(hex(secret)));
  EXPECT_TRUE(key);
  return *std::move(key);
}

// RFC 8032 section 7.1, tests 1 to 3.
TEST(Ed25519, SignsAsInRfc8032) {
  struct Case {
    const char *secret, *key, *message, *signature;
  };
  const Case cases[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9"
       "b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "1"
       "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
       "d"
       "c6594a7c15e9716ed28dc027beceea1ec40a"},
  };
  for (const Case& c : cases) {
    const PrivateKey key = private_key(KeyType::ed25519, c.secret);
    EXPECT_EQ(encode_hex(key.public_key().raw()), c.key);
    EXPECT_EQ(encode_hex(key.sign(hex(c.message))), c.signature);
    EXPECT_TRUE(key.public_key().verify(hex(c.message), hex(c.signature)));
  }
}

// RFC 6979 appendix A.2.5, with SHA-256.
TEST(P256, VerifiesTheSignaturesOfRfc6979) {
  const PrivateKey key = private_key(
      KeyType::p256, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
  EXPECT_EQ(encode_hex(key.public_key().raw()),
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  const Bytes sample =
      hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
          "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  const Bytes test =
      hex("f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
          "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
  EXPECT_TRUE(key.public_key().verify(bytes_of("sample"), sample));
  EXPECT_TRUE(key.public_key().verify(bytes_of("test"), test));
  EXPECT_FALSE(key.public_key().verify(bytes_of("test"), sample));
}

class BothKeys : public testing::TestWithParam<KeyType> {};
INSTANTIATE_TEST_SUITE_P(Key, BothKeys, testing::Values(KeyType::ed25519, KeyType::p256),
                         [](const auto& one) {
                           return one.param == KeyType::p256 ? "P256" : "Ed25519";
                         });

TEST_P(BothKeys, NewKeysDifferAndComeBackFromTheirOctets) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  EXPECT_FALSE(key.public_key() == PrivateKey::generate(GetParam()).public_key());
  EXPECT_EQ(*PublicKey::parse(GetParam(), key.public_key().raw()), key.public_key());
  const auto again = PrivateKey::from_secret(GetParam(), key.secret());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_TRUE(key.public_key().verify(bytes_of("m"), again->sign(bytes_of("m"))));
}

TEST_P(BothKeys, SignaturesHave64OctetsHoweverOftenOneSigns) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  for (int i = 0; i < 300; ++i) {  // a P-256 number begins with a zero octet once in 256
    const Bytes signature = key.sign(bytes_of("m"));
    ASSERT_EQ(signature.size(), 64U);
    ASSERT_TRUE(key.public_key().verify(bytes_of("m"), signature));
  }
}

TEST_P(BothKeys, EveryBitAndEveryOctetOfASignatureCounts) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const Bytes message = copy_of(bytes_of("grant it"));
  const Bytes signature = key.sign(message);
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes changed = signature;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(key.public_key().verify(message, changed)) << bit;
  }
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    Bytes changed = message;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(key.public_key().verify(changed, signature)) << bit;
  }
  for (std::size_t size = 0; size < signature.size(); ++size) {
    EXPECT_FALSE(key.public_key().verify(message, ByteView(signature).first(size))) << size;
  }
  EXPECT_FALSE(key.public_key().verify(message, concat({signature, Bytes{0}})));
  EXPECT_FALSE(key.public_key().verify(message, Bytes(64)));
  EXPECT_FALSE(PrivateKey::generate(GetParam()).public_key().verify(message, signature));
}

TEST_P(BothKeys, EveryBitOfThePublicKeyCounts) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const Bytes signature = key.sign(bytes_of("m"));
  const Bytes raw = key.public_key().raw();
  for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
    Bytes changed = raw;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
    const auto other = PublicKey::parse(GetParam(), changed);
    EXPECT_FALSE(other && other->verify(bytes_of("m"), signature)) << bit;
    EXPECT_FALSE(other && GetParam() == KeyType::p256) << bit;
  }
}

TEST_P(BothKeys, KeysOfAnotherLengthAreRefused) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const Bytes raw = concat({key.public_key().raw(), Bytes{0}});
  for (std::size_t size = 0; size <= raw.size(); ++size) {
    if (size == key.public_key().raw().size()) continue;
    const auto parsed = PublicKey::parse(GetParam(), ByteView(raw).first(size));
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.error().code, Errc::invalid);
  }
  for (std::size_t size : {0U, 31U, 33U, 64U}) {
    const auto made = PrivateKey::from_secret(GetParam(), digest::random_secret(size));
    ASSERT_FALSE(made) << size;
    EXPECT_EQ(made.error().code, Errc::invalid);
  }
}

// TLS reads the same queue and would take a leftover for a failure of its own.
TEST_P(BothKeys, FailuresLeaveNothingInTheErrorQueueOfOpenssl) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  Bytes signature = key.sign(bytes_of("m"));
  signature.back() = static_cast<std::uint8_t>(signature.back() ^ 1);
  EXPECT_FALSE(key.public_key().verify(bytes_of("m"), signature));
  EXPECT_FALSE(key.public_key().verify(bytes_of("m"), Bytes(64, 0xff)));
  EXPECT_FALSE(PublicKey::parse(GetParam(), Bytes(key.public_key().raw().size(), 4)));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

constexpr std::string_view kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

TEST(P256, ScalarsOutOfRangeAreRefused) {
  const std::string zero(64, '0');
  const std::string all(64, 'f');
  for (std::string_view secret : {std::string_view(zero), kOrder, std::string_view(all)}) {
    EXPECT_FALSE(PrivateKey::from_secret(KeyType::p256, SecretBytes(hex(secret)))) << secret;
  }
  std::string largest(kOrder);
  largest.back() = '0';
  EXPECT_TRUE(PrivateKey::from_secret(KeyType::p256, SecretBytes(hex(largest))));
}

TEST(P256, OnlyUncompressedPointsOfTheCurveAreTaken) {
  const Bytes good = PrivateKey::generate(KeyType::p256).public_key().raw();
  for (int first = 0; first < 256; ++first) {
    Bytes raw = good;
    raw[0] = static_cast<std::uint8_t>(first);
    EXPECT_EQ(PublicKey::parse(KeyType::p256, raw).has_value(), first == 4) << first;
  }
  Bytes compressed = copy_of(ByteView(good).first(33));
  compressed[0] = static_cast<std::uint8_t>(2 + good[64] % 2);
  EXPECT_FALSE(PublicKey::parse(KeyType::p256, compressed));
  EXPECT_FALSE(PublicKey::parse(KeyType::p256, concat({Bytes{4}, Bytes(64)})));
  EXPECT_FALSE(PublicKey::parse(KeyType::p256, concat({Bytes{4}, Bytes(64, 0xff)})));
  EXPECT_FALSE(PublicKey::parse(KeyType::p256, Bytes{0}));  // the point at infinity
}

// The point with x = 0 exists on P-256; x = p encodes it a second time and must not pass.
TEST(P256, CoordinatesAtOrAboveThePrimeAreRefused) {
  const Bytes y = hex("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
  const Bytes p = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
  EXPECT_TRUE(PublicKey::parse(KeyType::p256, concat({Bytes{4}, Bytes(32), y})));
  EXPECT_FALSE(PublicKey::parse(KeyType::p256, concat({Bytes{4}, p, y})));
}

TEST(P256, NumbersOutOfRangeAreNoSignature) {
  const PrivateKey key = PrivateKey::generate(KeyType::p256);
  const Bytes signature = key.sign(bytes_of("m"));
  const ByteView r = ByteView(signature).first(32);
  const ByteView s = ByteView(signature).last(32);
  const Bytes order = hex(kOrder);
  for (const Bytes& bad : {Bytes(32), order, Bytes(32, 0xff)}) {
    EXPECT_FALSE(key.public_key().verify(bytes_of("m"), concat({bad, s})));
    EXPECT_FALSE(key.public_key().verify(bytes_of("m"), concat({r, bad})));
  }
}

// The eight points of small order, the two of them that have two canonical neighbours above the
// prime, and every other y that is not below it. For the first one, R = identity and S = 0 is a
// signature of every message.
TEST(Ed25519, KeysOfSmallOrderAndOtherSpellingsAreRefused) {
  const char* const ys[] = {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
  for (const char* y : ys) {
    for (int sign : {0x00, 0x80}) {
      Bytes raw = hex(y);
      raw[31] = static_cast<std::uint8_t>(raw[31] | sign);
      EXPECT_FALSE(PublicKey::parse(KeyType::ed25519, raw)) << encode_hex(raw);
    }
  }
  for (int low = 0xed; low <= 0xff; ++low) {
    Bytes raw(32, 0xff);
    raw[0] = static_cast<std::uint8_t>(low);
    EXPECT_FALSE(PublicKey::parse(KeyType::ed25519, raw)) << low;
    raw[31] = 0x7f;
    EXPECT_FALSE(PublicKey::parse(KeyType::ed25519, raw)) << low;
  }
}

TEST(Ed25519, OctetsThatAreNoPointAreRefused) {
  for (int y : {2, 7, 8, 11, 12, 13, 17, 20, 22, 31, 34, 36, 38}) {
    Bytes raw(32);
    raw[0] = static_cast<std::uint8_t>(y);
    EXPECT_FALSE(PublicKey::parse(KeyType::ed25519, raw)) << y;
  }
  for (int y : {3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 19, 21}) {
    Bytes raw(32);
    raw[0] = static_cast<std::uint8_t>(y);
    EXPECT_TRUE(PublicKey::parse(KeyType::ed25519, raw)) << y;
  }
}

// S + L would be a second signature of the same message (RFC 8032 section 5.1.7 forbids it).
TEST(Ed25519, ALargerSIsNotASecondSignature) {
  const PrivateKey key = PrivateKey::generate(KeyType::ed25519);
  const Bytes order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Bytes signature = key.sign(bytes_of("m"));
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += 0U + signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0U);
  EXPECT_FALSE(key.public_key().verify(bytes_of("m"), signature));
}

TEST(P256, ADigestIsVerifiedLikeItsMessage) {
  const PrivateKey key = PrivateKey::generate(KeyType::p256);
  Bytes signature = key.sign(bytes_of("message"));
  const auto digest = digest::sha256(bytes_of("message"));
  EXPECT_TRUE(key.public_key().verify_digest(digest, signature));
  EXPECT_FALSE(key.public_key().verify_digest(digest::sha256(bytes_of("Message")), signature));
  EXPECT_FALSE(key.public_key().verify_digest(digest, ByteView(signature).first(63)));
  EXPECT_FALSE(key.public_key().verify_digest(digest, Bytes(64)));
  signature[63] ^= 1;
  EXPECT_FALSE(key.public_key().verify_digest(digest, signature));
}

// NIST, CAVS 14.1, KAS ECC CDH primitive, P-256, count 0.
TEST(P256, AgreementIsThatOfTheStandard) {
  const auto key =
      PrivateKey::from_secret(
          KeyType::p256,
          SecretBytes(hex("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534")))
          .value();
  const auto other =
      PublicKey::parse(KeyType::p256,
                       hex("04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
                           "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"))
          .value();
  EXPECT_EQ(encode_hex(key.agree(other).expose()),
            "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b");
}

}  // namespace
}  // namespace keyferry::crypto
