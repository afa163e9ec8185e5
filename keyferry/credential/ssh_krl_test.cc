#include "keyferry/credential/ssh_krl.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"

namespace keyferry::credential {
namespace {

using crypto::KeyType;
using crypto::PrivateKey;

constexpr std::uint64_t kLast = ~std::uint64_t{0};

crypto::PublicKey public_key(std::uint8_t octet, KeyType type = KeyType::ed25519) {
  return PrivateKey::from_secret(type, SecretBytes(Bytes(32, octet)))->public_key();
}

SshKrl example() {
  SshKrl list{
      .version = 1795000000000, .generated = from_unix_seconds(1795600800), .comment = "epoch 1"};
  list.sections.push_back(
      {.ca = public_key(1),
       .serials = SerialSet::from({{1, 1},
                                   {5, 7},
                                   {100, 1000},
                                   {std::uint64_t{1} << 63, std::uint64_t{1} << 63},
                                   {kLast, kLast}}),
       .key_ids = {"a", "b"}});
  list.sections.push_back({.ca = public_key(2, KeyType::p256)});
  list.keys = {public_key(3), public_key(4, KeyType::p256)};
  return list;
}

void expect_equal(const SshKrl& a, const SshKrl& b) {
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.generated, b.generated);
  EXPECT_EQ(a.comment, b.comment);
  EXPECT_EQ(a.keys, b.keys);
  ASSERT_EQ(a.sections.size(), b.sections.size());
  for (std::size_t i = 0; i < a.sections.size(); ++i) {
    EXPECT_EQ(a.sections[i].ca, b.sections[i].ca);
    EXPECT_EQ(a.sections[i].serials, b.sections[i].serials);
    EXPECT_EQ(a.sections[i].key_ids, b.sections[i].key_ids);
  }
}

TEST(SshKrl, ComesBack) {
  const Bytes octets = encode_ssh_krl(example());
  const Result<SshKrl> read = parse_ssh_krl(octets);
  ASSERT_TRUE(read) << read.error().detail;
  expect_equal(*read, example());
  EXPECT_EQ(encode_ssh_krl(*read), octets);
}

TEST(SshKrl, AnEmptyListIsNotAnEmptyFile) {
  const Bytes octets = encode_ssh_krl({});
  EXPECT_EQ(encode_hex(octets),
            "5353484b524c0a00"
            "00000001"
            "0000000000000000"
            "0000000000000000"
            "0000000000000000"
            "00000000"
            "00000000");
  EXPECT_FALSE(revokes(*parse_ssh_krl(octets), public_key(1), 1, "a"));
  EXPECT_EQ(parse_ssh_krl({}).error().code, Errc::invalid);
}

TEST(SshKrl, RevokesBySerialByKeyIdAndByKey) {
  const SshKrl list = example();
  for (std::uint64_t serial :
       {std::uint64_t{1}, std::uint64_t{6}, std::uint64_t{500}, std::uint64_t{1} << 63, kLast}) {
    EXPECT_TRUE(revokes(list, public_key(1), serial, "x")) << serial;
    EXPECT_FALSE(revokes(list, public_key(2, KeyType::p256), serial, "x")) << serial;
  }
  for (std::uint64_t serial :
       {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{99}, std::uint64_t{1001}, kLast - 1}) {
    EXPECT_FALSE(revokes(list, public_key(1), serial, "x")) << serial;
  }
  EXPECT_TRUE(revokes(list, public_key(1), 2, "b"));
  EXPECT_FALSE(revokes(list, public_key(2, KeyType::p256), 2, "b"));
  EXPECT_TRUE(revokes(list, public_key(3), 2, "x"));
  EXPECT_TRUE(revokes_key(list, public_key(4, KeyType::p256)));
  EXPECT_FALSE(revokes_key(list, public_key(1)));
}

TEST(SshKrl, SectionsOfOneCaAddUp) {
  SshKrl list = example();
  list.sections.push_back({.ca = public_key(1), .serials = SerialSet::from({{2, 2}})});
  const SshKrl read = *parse_ssh_krl(encode_ssh_krl(list));
  EXPECT_TRUE(revokes(read, public_key(1), 1, ""));
  EXPECT_TRUE(revokes(read, public_key(1), 2, ""));
}

TEST(SshKrl, EveryCutIsRefusedOrEndsWithASection) {
  const SshKrl whole = example();
  const Bytes octets = encode_ssh_krl(whole);
  SshKrl without = whole;
  without.keys.clear();
  const std::size_t keys_at = encode_ssh_krl(without).size();
  without.sections.pop_back();
  const std::size_t second_at = encode_ssh_krl(without).size();
  without.sections.pop_back();
  const std::size_t first_at = encode_ssh_krl(without).size();
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const bool between = size == first_at || size == second_at || size == keys_at;
    EXPECT_EQ(parse_ssh_krl(ByteView(octets).first(size)).has_value(), between) << size;
  }
}

TEST(SshKrl, LongRunsCostAFewOctets) {
  SshKrl list{};
  list.sections.push_back({.ca = public_key(1), .serials = SerialSet::from({{1, kLast}})});
  EXPECT_LT(encode_ssh_krl(list).size(), 200u);
  expect_equal(*parse_ssh_krl(encode_ssh_krl(list)), list);
}

}  // namespace
}  // namespace keyferry::credential
