#include "keyferry/credential/ssh_certificate.h"

#include <gtest/gtest.h>

#include "keyferry/codec/ssh_wire.h"
#include "keyferry/credential/ssh_key.h"

namespace keyferry::credential {
namespace {

using crypto::KeyType;
using crypto::PrivateKey;

PrivateKey key_of(KeyType type, std::uint8_t octet) {
  return *PrivateKey::from_secret(type, SecretBytes(Bytes(32, octet)));
}

SshCertificate example(KeyType holder = KeyType::ed25519, KeyType ca = KeyType::ed25519) {
  return SshCertificate{.key = key_of(holder, 1).public_key(),
                        .serial = 0x8000000000000001,
                        .kind = 1,
                        .key_id = "abcdefghij2345677654",
                        .principals = {"deploy@db", "deploy@web"},
                        .valid_after = 1795600680,
                        .valid_before = 1795615200,
                        .critical_options = {{"force-command", "uptime"},
                                             {"source-address", "192.0.2.0/24,2001:db8::/32"}},
                        .extensions = {{"permit-X11-forwarding", ""}, {"permit-pty", ""}},
                        .ca = key_of(ca, 2).public_key()};
}

const Bytes kNonce(32, 0xAA);

void expect_equal(const SshCertificate& a, const SshCertificate& b) {
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.serial, b.serial);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.key_id, b.key_id);
  EXPECT_EQ(a.principals, b.principals);
  EXPECT_EQ(a.valid_after, b.valid_after);
  EXPECT_EQ(a.valid_before, b.valid_before);
  EXPECT_EQ(a.critical_options, b.critical_options);
  EXPECT_EQ(a.extensions, b.extensions);
  EXPECT_EQ(a.ca, b.ca);
}

TEST(SshCertificate, EveryPairOfKeyTypesComesBack) {
  for (KeyType holder : {KeyType::ed25519, KeyType::p256}) {
    for (KeyType ca : {KeyType::ed25519, KeyType::p256}) {
      const SshCertificate certificate = example(holder, ca);
      const Bytes blob = issue_ssh_certificate(certificate, kNonce, key_of(ca, 2));
      const Result<SshCertificate> read = parse_ssh_certificate(blob);
      ASSERT_TRUE(read) << read.error().detail;
      expect_equal(*read, certificate);
      EXPECT_EQ(*parse_certificate_line(certificate_line(blob, "web")), blob);
    }
  }
}

TEST(SshCertificate, EveryFlippedBitIsRefused) {
  for (KeyType type : {KeyType::ed25519, KeyType::p256}) {
    const Bytes blob = issue_ssh_certificate(example(type, type), kNonce, key_of(type, 2));
    for (std::size_t i = 0; i < blob.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes wrong = blob;
        wrong[i] = static_cast<std::uint8_t>(wrong[i] ^ (1 << bit));
        EXPECT_FALSE(parse_ssh_certificate(wrong)) << i;
      }
    }
  }
}

TEST(SshCertificate, EveryCutAndAnythingBehindIsRefused) {
  const Bytes blob = issue_ssh_certificate(example(), kNonce, key_of(KeyType::ed25519, 2));
  for (std::size_t size = 0; size < blob.size(); ++size) {
    EXPECT_FALSE(parse_ssh_certificate(ByteView(blob).first(size))) << size;
  }
  EXPECT_FALSE(parse_ssh_certificate(concat({blob, Bytes{0}})));
}

TEST(SshCertificate, ItsSignatureIsOverThisCertificateOnly) {
  const PrivateKey ca = key_of(KeyType::ed25519, 2);
  SshCertificate other = example();
  other.principals = {"root@web"};
  const Bytes blob = issue_ssh_certificate(example(), kNonce, ca);
  Bytes forged = issue_ssh_certificate(other, kNonce, ca);
  std::copy(blob.end() - 64, blob.end(), forged.end() - 64);
  EXPECT_EQ(parse_ssh_certificate(forged).error().code, Errc::cannot_open);
}

TEST(SshCertificateDeathTest, WhatWouldOpenTooMuchIsNeverIssued) {
  const PrivateKey ca = key_of(KeyType::ed25519, 2);
  SshCertificate certificate = example();
  certificate.serial = 0;
  EXPECT_DEATH(issue_ssh_certificate(certificate, kNonce, ca), "has a serial");
  certificate = example();
  certificate.principals.clear();
  EXPECT_DEATH(issue_ssh_certificate(certificate, kNonce, ca), "names a principal");
  certificate = example();
  certificate.valid_before = certificate.valid_after;
  EXPECT_DEATH(issue_ssh_certificate(certificate, kNonce, ca), "valid once");
  EXPECT_DEATH(issue_ssh_certificate(example(), Bytes(31), ca), "nonce");
}

}  // namespace
}  // namespace keyferry::credential
