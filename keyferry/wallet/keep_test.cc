// When a renewal is due, what people type as times, and what ssh is told.
#include "keyferry/wallet/keep.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/ssh_wire.h"
#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/wallet/qr.h"
#include "keyferry/wallet/ssh_agent.h"
#include "keyferry/wallet/ssh_config.h"
#include "keyferry/wallet/when.h"

namespace keyferry::wallet {
namespace {

using std::chrono::hours;

Time at(std::string_view text) {
  return *codec::parse_rfc3339(text);
}

TEST(Renewal, IsDueFromHalfLifeOn) {
  const Time start = from_unix_seconds(1795000000);
  CredentialRecord record;
  record.renew = true;
  record.certificate = {start, start + hours(24)};
  record.window = {start, start + hours(24 * 30)};
  EXPECT_FALSE(renewal_is_due(record, start + hours(12) - Duration(1)));
  EXPECT_TRUE(renewal_is_due(record, start + hours(12)));
  EXPECT_TRUE(renewal_is_due(record, start + hours(24 * 8) - Duration(1)));
  EXPECT_FALSE(renewal_is_due(record, start + hours(24 * 8)));  // over 7 days too late
  record.over = "revoked";  // one answer said so; only the next one can take it back
  EXPECT_TRUE(renewal_is_due(record, start + hours(12)));
  record.renew = false;
  EXPECT_FALSE(renewal_is_due(record, start + hours(12)));
  record.renew = true;
  record.window.until = record.certificate.until;  // nothing to gain
  EXPECT_FALSE(renewal_is_due(record, start + hours(23)));
}

// Berlin's rules without the zone database.
TEST(When, WallTimesAreInThePersonsZone) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  const Time now = at("2026-11-25T12:00:00Z");  // 13:00 there
  EXPECT_EQ(parse_when("2026-11-25T14:00:00Z", now)->time, at("2026-11-25T14:00:00Z"));
  EXPECT_FALSE(parse_when("2026-11-25T14:00:00Z", now)->wall);
  EXPECT_EQ(parse_when("2026-07-01 14:00", now)->time, at("2026-07-01T12:00:00Z"));
  EXPECT_EQ(parse_when("2026-11-25T14:00", now)->time, at("2026-11-25T13:00:00Z"));
  EXPECT_TRUE(parse_when("14:00", now)->wall);
  EXPECT_EQ(parse_when("14:00", now)->time, at("2026-11-25T13:00:00Z"));
  EXPECT_EQ(parse_when("13:00", now)->time, at("2026-11-26T12:00:00Z"));
  // 02:30 comes not at all in spring and twice in autumn.
  EXPECT_FALSE(parse_when("2026-03-29 02:30", now).has_value());
  EXPECT_FALSE(parse_when("2026-10-25 02:30", now).has_value());
  setenv("TZ", "UTC0", 1);
  tzset();
}

TEST(When, OtherTextsAreRefused) {
  for (const char* text : {"", "tomorrow", "25:00", "12:60", "2026-13-01 10:00", "2026-02-30 10:00",
                           "2026-11-25", "14:00x", "2026-11-25T14:00:00+01:00"}) {
    EXPECT_FALSE(parse_when(text, from_unix_seconds(1795000000)).has_value()) << text;
  }
}

TEST(SshConfig, IncludeComesOnceAndGoesWithoutTrace) {
  const std::string line = "Include \"/home/ada/.local/share/keyferry/ssh/config\"\n";
  const std::string config = "Host *\n  Compression yes\n";
  const std::string with = with_include(config, line);
  EXPECT_EQ(with, line + config);
  EXPECT_EQ(with_include(with, line), with);
  EXPECT_EQ(without_include(with, line), config);
  EXPECT_EQ(without_include(config, line), config);
  EXPECT_EQ(with_include("", line), line);
}

TEST(SshConfig, BlocksNameEveryHost) {
  const std::string folder = testing::TempDir() + "keyferry config";
  const auto home = Home::open(folder);
  ASSERT_TRUE(home.has_value());
  CredentialRecord record;
  record.name = "web";
  record.key_file = "id_ed25519";
  record.rights = {{"logins", boost::json::array{"deploy"}}};
  record.hosts = {{"web", "10.0.0.5", 22, {}, {}}, {"db", "10.0.0.6", 2222, {}, {}}};
  const std::string text = ssh_config_text(*home, {record}, "/opt/key ferry/bin/keyferry");
  EXPECT_NE(text.find("\nHost web\n  HostName 10.0.0.5\n  Port 22\n  User deploy\n"),
            std::string::npos);
  EXPECT_NE(text.find("\nHost web-db\n  HostName 10.0.0.6\n  Port 2222\n"), std::string::npos);
  EXPECT_NE(text.find("'/opt/key ferry/bin/keyferry' renew --due --quiet web"), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST(SshAgent, MessageHasTheCertificateAndALifetime) {
  const auto ca = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  credential::SshCertificate certificate{key.public_key(), 7, 1, "share", {"a@b"}, 0, 1, {}, {},
                                         ca.public_key()};
  const Bytes blob = credential::issue_ssh_certificate(std::move(certificate), Bytes(32, 1), ca);
  const auto message = agent_add_message(key, credential::certificate_line(blob, ""),
                                         "keyferry web", std::chrono::seconds(3600));
  ASSERT_TRUE(message.has_value());
  codec::SshReader outer(message->expose());
  codec::SshReader reader(*outer.string());
  EXPECT_EQ(*reader.u8(), 25);
  EXPECT_EQ(text_of(*reader.string()), "ssh-ed25519-cert-v01@openssh.com");
  EXPECT_EQ(copy_of(*reader.string()), blob);
  EXPECT_EQ(copy_of(*reader.string()), key.public_key().raw());
  EXPECT_EQ(reader.string()->size(), 64U);
  EXPECT_EQ(text_of(*reader.string()), "keyferry web");
  EXPECT_EQ(*reader.u8(), 1);
  EXPECT_EQ(*reader.u32(), 3600U);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(add_to_agent("", *message).error().code, Errc::not_found);
}

TEST(Qr, HasAQuietZone) {
  const auto lines = qr_lines("https://relay.example/v1/m/x#y");
  ASSERT_TRUE(lines.has_value());
  EXPECT_EQ(lines->front().find(' '), std::string::npos);
  EXPECT_EQ(lines->front(), (*lines)[1]);
  EXPECT_FALSE(qr_lines(std::string(5000, 'x')).has_value());
}

}  // namespace
}  // namespace keyferry::wallet
