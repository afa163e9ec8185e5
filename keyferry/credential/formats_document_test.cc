// The worked examples of docs/formats.md are what the code writes.
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/credential/ssh_krl.h"

namespace keyferry::credential {
namespace {

crypto::PrivateKey key(std::uint8_t octet) {
  return *crypto::PrivateKey::from_secret(crypto::KeyType::ed25519, SecretBytes(Bytes(32, octet)));
}

// example joins the first words of the lines in the code block behind "Example (NAME)".
std::string example(const std::string& name) {
  std::ifstream in("docs/formats.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t from = text.find("```\n", text.find("Example (" + name + ")")) + 4;
  std::istringstream block(text.substr(from, text.find("```", from) - from));
  std::string hex;
  for (std::string line; std::getline(block, line);) hex += line.substr(0, line.find(' '));
  return hex;
}

TEST(FormatsDocument, CertificateIsAsWritten) {
  const SshCertificate certificate{.key = key(1).public_key(),
                                   .serial = 0x8000000000000001,
                                   .key_id = "abcdefghij2345677654",
                                   .principals = {"deploy@web"},
                                   .valid_after = 1795600680,
                                   .valid_before = 1795615200,
                                   .critical_options = {{"force-command", "uptime"}},
                                   .extensions = {{"permit-pty", ""}},
                                   .ca = key(2).public_key()};
  EXPECT_EQ(example("certificate"),
            encode_hex(issue_ssh_certificate(certificate, Bytes(32, 0xAA), key(2))));
}

TEST(FormatsDocument, ListIsAsWritten) {
  SshKrl list{.version = 1795000000000, .generated = from_unix_seconds(1795600800)};
  list.sections.push_back({.ca = key(2).public_key(),
                           .serials = SerialSet::from({{7, 7}, {1000, 2000}}),
                           .key_ids = {"abcdefghij2345677654"}});
  list.keys = {key(3).public_key()};
  EXPECT_EQ(example("list"), encode_hex(encode_ssh_krl(list)));
}

TEST(FormatsDocument, PrivateKeyFileIsAsWritten) {
  const SecretBytes file = encode_openssh_private_key(key(1), "ada");
  std::istringstream lines{std::string(text_of(file.expose()))};
  std::string base64;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('-')) base64 += line;
  }
  EXPECT_EQ(example("private key file"), encode_hex(*parse_base64(base64)));
}

}  // namespace
}  // namespace keyferry::credential
