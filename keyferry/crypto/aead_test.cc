#include "keyferry/crypto/aead.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/digest/random.h"

namespace keyferry::crypto {
namespace {

Bytes hex(std::string_view text) {
  return *parse_hex(text);
}

struct Vector {
  const char* key;
  const char* iv;
  const char* associated;
  const char* plaintext;
  const char* ciphertext;
  const char* tag;
};

constexpr const char* kSpecPlaintext =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b5"
    "25b16aedf5aa0de657ba637b39";

// "The Galois/Counter Mode of Operation", appendix B: test cases 1, 2, 4, 13, 14, 16.
const Vector kVectors[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2", kSpecPlaintext,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84"
     "aa051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
     "d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2", kSpecPlaintext,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
     "8838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

//= spec:tigress#A-54 test
//= spec:transfer#2-aead test
TEST(Aead, OpensTheVectorsOfTheGcmSpecification) {
  for (const Vector& v : kVectors) {
    const SecretBytes key(hex(v.key));
    const Bytes sealed = concat({hex(v.iv), hex(v.ciphertext), hex(v.tag)});
    const auto opened = aead_open(key, sealed, hex(v.associated));
    ASSERT_TRUE(opened) << v.tag;
    EXPECT_EQ(encode_hex(*opened), v.plaintext);
  }
}

TEST(Aead, OpensWhatItSealed) {
  for (std::size_t key_size : {16U, 32U}) {
    const SecretBytes key = digest::random_secret(key_size);
    for (std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 32768U}) {
      const Bytes text = digest::random_bytes(size);
      const Bytes sealed = aead_seal(key, text, bytes_of("for"));
      EXPECT_EQ(sealed.size(), kAeadIvSize + size + kAeadTagSize);
      EXPECT_EQ(*aead_open(key, sealed, bytes_of("for")), text);
      EXPECT_FALSE(aead_open(key, sealed));
    }
  }
}

TEST(Aead, SealsUnderANewIvEachTime) {
  const SecretBytes key = digest::random_secret(32);
  EXPECT_NE(aead_seal(key, bytes_of("text")), aead_seal(key, bytes_of("text")));
}

void expect_closed(const SecretBytes& key, ByteView sealed, ByteView associated) {
  const auto opened = aead_open(key, sealed, associated);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), fail(Errc::cannot_open, "the message does not open"));
}

//= spec:tigress#FMT-06 test
TEST(Aead, EveryBitAndEveryOctetCounts) {
  const Bytes text = copy_of(bytes_of("nobody else may read or change this"));
  const Bytes associated = copy_of(bytes_of("bound to it"));
  for (std::size_t key_size : {16U, 32U}) {
    const Bytes key_octets = digest::random_bytes(key_size);
    const SecretBytes key = SecretBytes::copy(key_octets);
    const Bytes sealed = aead_seal(key, text, associated);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      Bytes changed = sealed;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
      expect_closed(key, changed, associated);
    }
    for (std::size_t bit = 0; bit < associated.size() * 8; ++bit) {
      Bytes changed = associated;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
      expect_closed(key, sealed, changed);
    }
    for (std::size_t bit = 0; bit < key_size * 8; ++bit) {
      Bytes changed = key_octets;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
      expect_closed(SecretBytes(changed), sealed, associated);
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
      expect_closed(key, ByteView(sealed).first(size), associated);
      expect_closed(key, ByteView(sealed).last(size), associated);
    }
    expect_closed(key, concat({sealed, Bytes{0}}), associated);
  }
}

TEST(Aead, AKeyOfAnotherSizeIsABrokenPromise) {
  for (std::size_t size : {0U, 15U, 24U, 33U}) {
    const SecretBytes key = digest::random_secret(size);
    EXPECT_DEATH(aead_seal(key, {}), "16 or 32 octets");
    EXPECT_DEATH((void)aead_open(key, {}), "16 or 32 octets");
  }
}

TEST(Aead, UnderADerivedNonceEveryCipherOpensWhatItSealedAndNothingElse) {
  const Bytes text = copy_of(bytes_of("message 0"));
  const Bytes nonce = digest::random_bytes(kAeadIvSize);
  for (const auto cipher : {Cipher::aes_128_gcm, Cipher::aes_256_gcm, Cipher::chacha20_poly1305}) {
    const SecretBytes key = digest::random_secret(cipher == Cipher::aes_128_gcm ? 16 : 32);
    const Bytes sealed = aead_seal_at(cipher, key, nonce, text);
    EXPECT_EQ(aead_open_at(cipher, key, nonce, sealed).value(), text);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      Bytes changed = sealed;
      changed[i] ^= 1;
      EXPECT_EQ(aead_open_at(cipher, key, nonce, changed).error().code, Errc::cannot_open);
      EXPECT_FALSE(aead_open_at(cipher, key, nonce, ByteView(sealed).first(i)));
    }
    Bytes other = nonce;
    other[0] ^= 1;
    EXPECT_FALSE(aead_open_at(cipher, key, other, sealed));
    EXPECT_DEATH(aead_seal_at(cipher, digest::random_secret(24), nonce, text), "fits the cipher");
    EXPECT_DEATH(aead_seal_at(cipher, key, ByteView(nonce).first(8), text), "12 octets");
  }
}

}  // namespace
}  // namespace keyferry::crypto
