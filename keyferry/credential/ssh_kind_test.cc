#include "keyferry/credential/ssh_kind.h"

#include <gtest/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/credential/ssh_krl.h"

namespace keyferry::credential {
namespace {

using crypto::KeyType;
using crypto::PrivateKey;
using std::chrono::hours;
using std::chrono::seconds;

const Time kTen = *codec::parse_rfc3339("2026-11-25T10:00:00Z");
const Bytes kRandom(32, 0x55);

PrivateKey key_of(std::uint8_t octet) {
  return *PrivateKey::from_secret(KeyType::ed25519, SecretBytes(Bytes(32, octet)));
}

Rights rights(std::string_view asked) {
  return *make_root_rights(ssh_kind().schema(), *codec::parse_json_object(asked));
}

const char* const kPlain = R"({"logins":["deploy"],"hosts":["web"]})";
const char* const kFull =
    R"({"logins":["root","deploy"],"hosts":["web","db"],"command":"uptime -p",
        "source":["2001:db8::/32","192.0.2.0/24"],
        "extensions":["permit-pty","permit-port-forwarding","permit-agent-forwarding",
                      "permit-X11-forwarding","permit-user-rc"]})";

IssueOrder order(std::string_view asked) {
  return {.holder = key_of(1).public_key(),
          .share = "abcdefghij2345677654",
          .serial = 0x8000000000000001,
          .rights = rights(asked),
          .window = {kTen - seconds(120), kTen + hours(4)}};
}

Approval approval(std::string_view asked) {
  return {
      .holder = key_of(1).public_key(), .rights = rights(asked), .window = {kTen, kTen + hours(4)}};
}

Result<HeldCredential> check(const IssueOrder& issued, const Approval& approved) {
  const std::vector<crypto::PublicKey> issuers{key_of(8).public_key(), key_of(9).public_key()};
  return ssh_kind().check_issued(ssh_kind().issue(issued, kRandom, key_of(9)), approved, issuers);
}

TEST(SshKind, SaysInWordsWhatTheRightsAllow) {
  EXPECT_EQ(ssh_kind().title(rights(kPlain)), "deploy@web");
  EXPECT_EQ(ssh_kind().describe(rights(kPlain)),
            (std::vector<std::string>{"log in as deploy on web", "run any command", "from anywhere",
                                      "have a terminal"}));
  EXPECT_EQ(ssh_kind().title(rights(kFull)), "deploy@db, deploy@web, root@db and 1 more");
  EXPECT_EQ(
      ssh_kind().describe(rights(kFull)),
      (std::vector<std::string>{
          "log in as deploy or root on db or web", "run this command and no other: uptime -p",
          "from 192.0.2.0/24 or 2001:db8::/32 only", "have a terminal",
          "reach other machines through it (port forwarding)", "use your own key agent from there",
          "show windows of programs there (X11 forwarding)",
          "have the login's own ~/.ssh/rc run first"}));
  EXPECT_EQ(
      ssh_kind().describe(rights(R"({"logins":["a","b","c"],"hosts":["w"],"extensions":[]})")),
      (std::vector<std::string>{"log in as a, b or c on w", "run any command", "from anywhere"}));
}

TEST(SshKind, ACertificateSaysWhatTheRightsSay) {
  const std::string line = ssh_kind().issue(order(kFull), kRandom, key_of(9));
  const SshCertificate certificate = *parse_ssh_certificate(*parse_certificate_line(line));
  EXPECT_EQ(certificate.kind, 1u);
  EXPECT_EQ(certificate.key_id, "abcdefghij2345677654");
  EXPECT_EQ(certificate.serial, 0x8000000000000001u);
  EXPECT_EQ(certificate.principals,
            (std::vector<std::string>{"deploy@db", "deploy@web", "root@db", "root@web"}));
  EXPECT_EQ(certificate.critical_options,
            (std::map<std::string, std::string>{{"force-command", "uptime -p"},
                                                {"source-address", "192.0.2.0/24,2001:db8::/32"}}));
  EXPECT_EQ(certificate.extensions.size(), 5u);
  EXPECT_EQ(certificate.valid_after, 1795600680u);
  EXPECT_EQ(certificate.valid_before, 1795615200u);
  EXPECT_EQ(certificate.ca, key_of(9).public_key());
}

TEST(SshKind, WhatWasApprovedIsAccepted) {
  for (const char* asked : {kPlain, kFull}) {
    const Result<HeldCredential> held = check(order(asked), approval(asked));
    ASSERT_TRUE(held) << held.error().detail;
    EXPECT_EQ(held->share, "abcdefghij2345677654");
    EXPECT_EQ(held->serial, 0x8000000000000001u);
    EXPECT_EQ(held->window, (Window{kTen - seconds(120), kTen + hours(4)}));
    EXPECT_EQ(held->issuer, key_of(9).public_key());
  }
  EXPECT_TRUE(check(order(kFull), approval(R"({"logins":["root","deploy","a"],"hosts":["web","db"],
      "extensions":["permit-pty","permit-port-forwarding","permit-agent-forwarding",
                    "permit-X11-forwarding","permit-user-rc"]})")));
}

//= spec:transfer#5-approval test
TEST(SshKind, MoreThanWasApprovedIsRefused) {
  const char* const cases[] = {R"({"logins":["deploy","root"],"hosts":["web"]})",
                               R"({"logins":["deploy"],"hosts":["db"]})",
                               R"({"logins":["deploy"],"hosts":["web"],
                                   "extensions":["permit-pty","permit-agent-forwarding"]})"};
  for (const char* issued : cases) {
    const Result<HeldCredential> held = check(order(issued), approval(kPlain));
    ASSERT_FALSE(held) << issued;
    EXPECT_EQ(held.error().code, Errc::forbidden);
    EXPECT_EQ(held.error().detail.rfind("more than was offered: right ", 0), 0u);
  }
  const char* const limited = R"({"logins":["deploy"],"hosts":["web"],"command":"uptime",
                                  "source":["192.0.2.0/24"]})";
  EXPECT_FALSE(check(order(kPlain), approval(limited)));
}

TEST(SshKind, AnotherKeyTimeOrIssuerIsRefused) {
  IssueOrder wrong = order(kPlain);
  wrong.holder = key_of(2).public_key();
  EXPECT_EQ(check(wrong, approval(kPlain)).error().detail,
            "the certificate is not a user certificate for your key");
  wrong = order(kPlain);
  wrong.window.from -= seconds(1);
  EXPECT_EQ(check(wrong, approval(kPlain)).error().detail,
            "the certificate is valid outside the offered time");
  wrong = order(kPlain);
  wrong.window.until += seconds(1);
  EXPECT_EQ(check(wrong, approval(kPlain)).error().code, Errc::forbidden);
  const std::vector<crypto::PublicKey> others{key_of(8).public_key()};
  const std::string line = ssh_kind().issue(order(kPlain), kRandom, key_of(9));
  EXPECT_EQ(ssh_kind().check_issued(line, approval(kPlain), others).error().code,
            Errc::cannot_open);
  EXPECT_EQ(ssh_kind().check_issued(line.substr(1), approval(kPlain), others).error().code,
            Errc::invalid);
}

TEST(SshKind, ABareLoginOrAHostCertificateIsRefused) {
  SshCertificate certificate{.key = key_of(1).public_key(),
                             .serial = 1,
                             .kind = 1,
                             .key_id = "x",
                             .principals = {"deploy"},
                             .valid_after = 1795600800,
                             .valid_before = 1795604400,
                             .ca = key_of(9).public_key()};
  const std::vector<crypto::PublicKey> issuers{key_of(9).public_key()};
  const auto checked = [&] {
    const std::string line =
        certificate_line(issue_ssh_certificate(certificate, kRandom, key_of(9)), "");
    return ssh_kind().check_issued(line, approval(kPlain), issuers);
  };
  EXPECT_EQ(checked().error().detail,
            "the certificate opens every host, not only the offered ones");
  certificate.principals = {"deploy@web"};
  EXPECT_TRUE(checked());
  certificate.kind = 2;
  EXPECT_EQ(checked().error().code, Errc::forbidden);
}

TEST(SshKind, AListHasASectionForEveryIssuer) {
  RevocationList list{.number = 1795000000000,
                      .issued = kTen,
                      .issuers = {key_of(8).public_key(), key_of(9).public_key()}};
  const SshKrl empty = *parse_ssh_krl(ssh_kind().encode_list(list));
  EXPECT_EQ(empty.version, 1795000000000u);
  EXPECT_EQ(empty.generated, kTen);
  EXPECT_EQ(empty.sections.size(), 2u);
  list.revoked = {{.issuer = key_of(9).public_key(), .serial = ~std::uint64_t{0}, .share = "a"},
                  {.issuer = key_of(7).public_key(), .serial = 5, .share = ""}};
  list.revoked_keys = {key_of(1).public_key()};
  const SshKrl krl = *parse_ssh_krl(ssh_kind().encode_list(list));
  EXPECT_TRUE(revokes(krl, key_of(9).public_key(), ~std::uint64_t{0}, "x"));
  EXPECT_TRUE(revokes(krl, key_of(9).public_key(), 1, "a"));
  EXPECT_FALSE(revokes(krl, key_of(8).public_key(), ~std::uint64_t{0}, "a"));
  EXPECT_TRUE(revokes(krl, key_of(7).public_key(), 5, "x"));
  EXPECT_FALSE(revokes(krl, key_of(7).public_key(), 6, ""));
  EXPECT_TRUE(revokes_key(krl, key_of(1).public_key()));
}

}  // namespace
}  // namespace keyferry::credential
