// The shared vectors of SSH formats, made with OpenSSH (tests/vectors/ssh_*/make.py).
#include "tests/support/vector_file.h"
#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/credential/ssh_krl.h"

namespace keyferry::credential {
namespace {

using tests::VectorFile;

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts;
  if (text == "-") return parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(between, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

std::map<std::string, std::string> options(const std::string& text, char between) {
  std::map<std::string, std::string> options;
  for (const std::string& part : split(text, between)) {
    const std::size_t equals = part.find('=');
    options[part.substr(0, equals)] = equals == std::string::npos ? "" : part.substr(equals + 1);
  }
  return options;
}

std::string outcome(const Error& error) {
  return std::string(about(error.code).name);
}

Result<SshCertificate> parse_line(const std::string& line) {
  KF_TRY(const Bytes blob, parse_certificate_line(line));
  return parse_ssh_certificate(blob);
}

void expect_certificate(const VectorFile& file, const SshCertificate& certificate) {
  EXPECT_EQ(ssh_fingerprint(certificate.key), file.at("key"));
  EXPECT_EQ(ssh_fingerprint(certificate.ca), file.at("ca"));
  EXPECT_EQ(std::to_string(certificate.serial), file.at("serial"));
  EXPECT_EQ(std::to_string(certificate.kind), file.at("kind"));
  EXPECT_EQ(certificate.key_id, file.at("key_id"));
  EXPECT_EQ(certificate.principals, split(file.at("principals"), ','));
  EXPECT_EQ(std::to_string(certificate.valid_after), file.at("valid_after"));
  EXPECT_EQ(std::to_string(certificate.valid_before), file.at("valid_before"));
  EXPECT_EQ(certificate.critical_options, options(file.at("critical"), ';'));
  EXPECT_EQ(certificate.extensions, options(file.at("extensions"), ','));
}

TEST(SshVectors, Certificates) {
  for (const VectorFile& file : tests::read_vector_files("ssh_certificate")) {
    SCOPED_TRACE(file.name);
    const Result<SshCertificate> certificate = parse_line(file.payload);
    EXPECT_EQ(certificate ? "certificate" : outcome(certificate.error()), file.at("expect"));
    if (certificate) expect_certificate(file, *certificate);
  }
}

void expect_list(const VectorFile& file, const SshKrl& list) {
  const crypto::PublicKey ca = *parse_authorized_line(file.at("ca"));
  EXPECT_EQ(std::to_string(list.version), file.at("version"));
  for (bool revoked : {true, false}) {
    const std::string live = revoked ? "revoked" : "live";
    for (const std::string& serial : split(file.at(live), ',')) {
      EXPECT_EQ(revokes(list, ca, std::stoull(serial), "none"), revoked) << serial;
    }
    for (const std::string& id : split(file.at(live + "_ids"), ',')) {
      EXPECT_EQ(revokes(list, ca, 0, id), revoked) << id;
    }
    for (const std::string& line : split(file.at(live + "_keys"), ',')) {
      EXPECT_EQ(revokes_key(list, *parse_authorized_line(line)), revoked) << line;
    }
  }
}

TEST(SshVectors, RevocationLists) {
  for (const VectorFile& file : tests::read_vector_files("ssh_krl")) {
    SCOPED_TRACE(file.name);
    const Result<SshKrl> list = parse_ssh_krl(*parse_base64(file.payload));
    EXPECT_EQ(list ? "krl" : outcome(list.error()), file.at("expect"));
    if (!list) continue;
    expect_list(file, *list);
    expect_list(file, *parse_ssh_krl(encode_ssh_krl(*list)));
  }
}

Result<crypto::PublicKey> parse_key(const VectorFile& file) {
  if (file.at("form") == "public") return parse_authorized_line(file.payload);
  KF_TRY(const crypto::PrivateKey key,
         parse_openssh_private_key(SecretBytes::copy(bytes_of(file.payload))));
  const SecretBytes again = encode_openssh_private_key(key, "");
  EXPECT_EQ(parse_openssh_private_key(again)->public_key(), key.public_key());
  return key.public_key();
}

TEST(SshVectors, Keys) {
  for (const VectorFile& file : tests::read_vector_files("ssh_key")) {
    SCOPED_TRACE(file.name);
    const Result<crypto::PublicKey> key = parse_key(file);
    EXPECT_EQ(key ? "key" : outcome(key.error()), file.at("expect"));
    if (!key) continue;
    EXPECT_EQ(ssh_fingerprint(*key), file.at("fingerprint"));
    EXPECT_EQ(key->type() == crypto::KeyType::ed25519 ? "ed25519" : "p256", file.at("type"));
  }
}

TEST(SshVectors, FailuresOutnumberSuccesses) {
  for (const char* subject : {"ssh_certificate", "ssh_krl", "ssh_key"}) {
    int failures = 0;
    for (const VectorFile& file : tests::read_vector_files(subject)) {
      failures += file.at("expect") == "invalid" || file.at("expect") == "cannot_open" ? 1 : -1;
    }
    EXPECT_GT(failures, 0) << subject;
  }
}

}  // namespace
}  // namespace keyferry::credential
