#include "keyferry/credential/ssh_key.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"

namespace keyferry::credential {
namespace {

using crypto::KeyType;
using crypto::PrivateKey;

PrivateKey key_of(KeyType type, std::uint8_t octet) {
  return *PrivateKey::from_secret(type, SecretBytes(Bytes(32, octet)));
}

std::string text(const SecretBytes& file) {
  return std::string(text_of(file.expose()));
}

SecretBytes file_of(std::string_view text) {
  return SecretBytes::copy(bytes_of(text));
}

TEST(SshKey, PublicKeysComeBack) {
  for (KeyType type : {KeyType::ed25519, KeyType::p256}) {
    const crypto::PublicKey key = key_of(type, 7).public_key();
    const Bytes blob = encode_ssh_public_key(key);
    EXPECT_EQ(*parse_ssh_public_key(blob), key);
    EXPECT_EQ(*parse_authorized_line(authorized_line(key, "Ada's laptop")), key);
    EXPECT_EQ(*parse_authorized_line(" " + authorized_line(key, "") + " \r\n"), key);
    for (std::size_t size = 0; size < blob.size(); ++size) {
      EXPECT_FALSE(parse_ssh_public_key(ByteView(blob).first(size))) << size;
    }
    EXPECT_FALSE(parse_ssh_public_key(concat({blob, Bytes{0}})));
  }
}

TEST(SshKey, ALineIsRefusedIfItIsNotExactlyAKey) {
  const crypto::PublicKey key = key_of(KeyType::ed25519, 7).public_key();
  const std::string line = authorized_line(key, "");
  const std::string blob = line.substr(line.find(' ') + 1);
  for (const std::string& wrong : std::vector<std::string>{
           "", "ssh-ed25519", blob, "ssh-rsa " + blob, "ssh-ed25519  ",
           "ssh-ed25519 " + blob.substr(1), line + "\n" + line, line + "\n\n",
           "command=\"x\" " + line, "ssh-ed25519 " + blob + "=", "ssh-ed25519\t" + blob,
           line + " comment\x1B[2J", "ecdsa-sha2-nistp256 " + blob}) {
    EXPECT_FALSE(parse_authorized_line(wrong)) << wrong;
  }
}

TEST(SshKey, EveryFlippedBitOfAPrivateKeyFileIsSeen) {
  for (KeyType type : {KeyType::ed25519, KeyType::p256}) {
    const PrivateKey key = key_of(type, 9);
    const std::string file = text(encode_openssh_private_key(key, "ada"));
    for (std::size_t i = 0; i < file.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string wrong = file;
        wrong[i] = static_cast<char>(wrong[i] ^ (1 << bit));
        const Result<PrivateKey> read = parse_openssh_private_key(file_of(wrong));
        // The comment and the two equal check words belong to nobody.
        if (read) {
          EXPECT_EQ(read->public_key(), key.public_key()) << i;
        }
      }
    }
  }
}

TEST(SshKey, EveryCutOfAPrivateKeyFileIsRefused) {
  const std::string file = text(encode_openssh_private_key(key_of(KeyType::p256, 9), "ada"));
  EXPECT_TRUE(parse_openssh_private_key(file_of(file)));
  EXPECT_TRUE(parse_openssh_private_key(file_of(file.substr(0, file.size() - 1))));
  for (std::size_t size = 0; size + 1 < file.size(); ++size) {
    EXPECT_FALSE(parse_openssh_private_key(file_of(file.substr(0, size)))) << size;
  }
}

TEST(SshKey, ScalarsOfEveryLengthComeBack) {
  // An mpint drops leading zeros and adds one before a high bit.
  for (const char* scalar : {"00000000000000000000000000000000000000000000000000000000000000ff",
                             "0000000000000000000000000000000000000000000000000000000000000001",
                             "8000000000000000000000000000000000000000000000000000000000000001"}) {
    const PrivateKey key = *PrivateKey::from_secret(KeyType::p256, SecretBytes(*parse_hex(scalar)));
    const SecretBytes file = encode_openssh_private_key(key, "");
    EXPECT_EQ(encode_hex(parse_openssh_private_key(file)->secret().expose()), scalar);
  }
}

TEST(SshKeyDeathTest, ACommentIsOneLine) {
  const PrivateKey key = key_of(KeyType::ed25519, 1);
  EXPECT_DEATH(encode_openssh_private_key(key, "a\nb"), "one short line");
  EXPECT_DEATH(authorized_line(key.public_key(), "a\nb"), "no control");
}

}  // namespace
}  // namespace keyferry::credential
