#include "keyferry/transfer/sealed_payload.h"

#include "tests/support/vector_file.h"
#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/digest/random.h"
#include "keyferry/transfer/share_secret.h"

namespace keyferry::transfer {
namespace {

//= spec:tigress#FMT-03 test
//= spec:tigress#FMT-04 test
//= spec:tigress#A-44 test
TEST(SealedPayload, ReadsTheVectors) {
  const auto files = tests::read_vector_files("sealed_payload");
  ASSERT_GT(files.size(), 30U);
  for (const auto& file : files) {
    SCOPED_TRACE(file.name);
    const SecretBytes secret(*parse_hex(file.at("secret")));
    const auto opened = open_payload(secret, {file.at("type"), file.at("data")});
    const std::string& expect = file.at("expect");
    if (expect == "opens") {
      ASSERT_TRUE(opened.has_value()) << opened.error().detail;
      EXPECT_EQ(text_of(*opened), file.payload);
    } else {
      ASSERT_FALSE(opened.has_value());
      EXPECT_EQ(opened.error().code, expect == "cannot_open" ? Errc::cannot_open : Errc::invalid);
    }
  }
}

TEST(SealedPayload, SecretLengthPicksTheType) {
  const SecretBytes ours = make_share_secret();
  const SecretBytes plain = make_plain_secret();
  EXPECT_EQ(seal_payload(ours, bytes_of("x")).type, "AEAD_AES_256_GCM");
  EXPECT_EQ(seal_payload(plain, bytes_of("x")).type, "AEAD_AES_128_GCM");
  EXPECT_EQ(text_of(*open_payload(plain, seal_payload(plain, bytes_of("x")))), "x");
}

TEST(SealedPayload, SealingTwiceGivesDifferentOctets) {
  const SecretBytes secret = make_share_secret();
  EXPECT_NE(seal_payload(secret, bytes_of("x")).data, seal_payload(secret, bytes_of("x")).data);
}

TEST(SealedPayload, MoreThanAMessageMayHoldIsNotOpened) {
  const SecretBytes secret = make_share_secret();
  EXPECT_TRUE(open_payload(secret, seal_payload(secret, Bytes(65'000))));
  const auto opened = open_payload(secret, seal_payload(secret, Bytes(65'537)));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::invalid);
}

//= spec:tigress#REL-01 test
TEST(SealedPayload, EveryBitIsCovered) {
  const SecretBytes secret = make_share_secret();
  const SealedPayload payload = seal_payload(secret, bytes_of("an offer"));
  const Bytes sealed = *parse_base64(payload.data);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(open_payload(secret, {payload.type, encode_base64(changed)})) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const ByteView cut = ByteView(sealed).first(size);
    EXPECT_FALSE(open_payload(secret, {payload.type, encode_base64(cut)})) << size;
  }
}

}  // namespace
}  // namespace keyferry::transfer
