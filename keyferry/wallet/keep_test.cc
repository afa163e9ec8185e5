// When a renewal is due, what people type as times, and what ssh is told.
#include "keyferry/wallet/keep.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/ssh_wire.h"
#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/qr.h"
#include "keyferry/wallet/show_time.h"
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
  keystore::CredentialRecord record;
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
  setenv("TZ", "UTC0", 1);
  tzset();
}

class Zone {
 public:
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    setenv("TZ", "UTC0", 1);
    tzset();
  }
};

struct Case {
  const char* text;
  const char* now;
  const char* want;
  const char* note;
};

void expect(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const auto when = parse_when(one.text, at(one.now));
    ASSERT_TRUE(when) << one.text << when.error().detail;
    EXPECT_EQ(codec::encode_rfc3339(when->time), one.want) << one.text << " at " << one.now;
    EXPECT_EQ(when->note, one.note);
  }
}

// 02:30 comes not at all on 29 March and twice on 25 October.
TEST(When, ATimeThatTheClocksSkipOrRepeatIsTheNextGoodOne) {
  const Zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  const char* const skipped =
      "02:30 does not come that day, the clocks skip it: taken as 03:00 CEST";
  const char* const first = "02:30 comes twice that day: taken as 02:30 CEST";
  const char* const second = "02:30 comes twice that day: taken as 02:30 CET";
  expect({{"2026-03-29 02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", skipped},
          {"2026-03-29 02:00", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
           "02:00 does not come that day, the clocks skip it: taken as 03:00 CEST"},
          {"2026-03-29 01:59", "2026-03-28T12:00:00Z", "2026-03-29T00:59:00Z", ""},
          {"2026-03-29 03:00", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", ""},
          {"02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", skipped},
          {"02:30", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", ""},
          {"2026-10-25 02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", first},
          {"2026-10-25 02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", second},
          {"2026-10-25 02:30", "2026-10-25T12:00:00Z", "2026-10-25T01:30:00Z", second},
          {"02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", first},
          {"02:30", "2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z", second},
          {"02:30", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z", ""},
          {"2026-10-25 03:00", "2026-10-24T12:00:00Z", "2026-10-25T02:00:00Z", ""}});
}

// Not only summer time: Samoa left out 30 December 2011, Lord Howe moves by half an hour, and
// Dublin calls winter the time that is not standard.
TEST(When, OtherChangesOfClocksToo) {
  if (!std::filesystem::exists("/usr/share/zoneinfo/Pacific/Apia")) GTEST_SKIP() << "no tzdata";
  {
    const Zone zone("Pacific/Apia");
    expect({{"2011-12-30 14:00", "2011-12-29T12:00:00Z", "2011-12-30T10:00:00Z",
             "14:00 does not come that day, the clocks skip it: taken as 00:00 +14"}});
  }
  {
    const Zone zone("Australia/Lord_Howe");
    expect({{"2026-04-05 01:45", "2026-04-01T00:00:00Z", "2026-04-04T14:45:00Z",
             "01:45 comes twice that day: taken as 01:45 +11"},
            {"2026-10-04 02:15", "2026-10-01T00:00:00Z", "2026-10-03T15:30:00Z",
             "02:15 does not come that day, the clocks skip it: taken as 02:30 +11"}});
  }
  {
    const Zone zone("Europe/Dublin");
    expect({{"2026-10-25 01:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z",
             "01:30 comes twice that day: taken as 01:30 IST"},
            {"2026-03-29 01:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
             "01:30 does not come that day, the clocks skip it: taken as 02:00 IST"}});
  }
}

TEST(When, AnUnknownZoneIsNamedAndNothingIsGuessed) {
  for (const char* name : {"Europe/Berln", ":CET-1CEST", "Berlin", "../../../etc/passwd", "X",
                           "CET-1CEST,rubbish", "/etc/hostname"}) {
    const Zone zone(name);
    const auto when = parse_when("14:00", at("2026-11-25T12:00:00Z"));
    ASSERT_FALSE(when) << name;
    EXPECT_NE(when.error().detail.find("TZ names a zone that this system does not know"),
              std::string::npos);
    EXPECT_TRUE(parse_when("2026-11-25T14:00:00Z", at("2026-11-25T12:00:00Z")));
    EXPECT_EQ(show_time(at("2026-11-25T12:00:00Z")), "Wed 25 Nov 2026 12:00 UTC");
  }
  for (const char* name : {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0330>-3:30", "EST5EDT",
                           "IST-1GMT0,M10.5.0,M3.5.0/1", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1"}) {
    const Zone zone(name);
    EXPECT_EQ(*local_zone(), name);
  }
  const Zone zone("");
  EXPECT_EQ(*local_zone(), "UTC");
}

TEST(When, WhatIsNoTimeIsCalledWhatItIs) {
  const auto detail = [](const char* text) {
    return parse_when(text, from_unix_seconds(1795000000)).error().detail;
  };
  EXPECT_EQ(detail("2026-02-30 10:00").find("the calendar has no such day: "), 0U);
  EXPECT_EQ(detail("2026-11-25T14:00:00.5Z").find("a time has no fractions of a second"), 0U);
  EXPECT_EQ(detail("2026-11-25T14:00:00+01:00").find("an offset from UTC"), 0U);
  EXPECT_EQ(detail("12026-11-25T14:00:00Z").find("a year has four digits"), 0U);
  EXPECT_EQ(detail("25:00").find("not a time of day"), 0U);
  EXPECT_EQ(detail("2026-11-25 24:00").find("not a time of day"), 0U);
  EXPECT_EQ(detail("tomorrow").find("not a time: "), 0U);
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

// Seen with ssh -G: blanks around it, a carriage return and the last line without an end are the
// same line; a comment, a line that only begins so and one below Host or Match are not.
TEST(SshConfig, OnlyAWholeActiveLineAtTheTopLevelIsOurs) {
  const std::string text = "Include \"/k/ssh/config\"";
  const std::string line = text + "\n";
  for (const std::string& there :
       {text, line, "  " + text + " \t\r\n", "# x\nPort 2\n" + line + "Host a\n", "\t" + text}) {
    EXPECT_TRUE(has_include(there, line)) << there;
    EXPECT_EQ(with_include(there, line), there);
  }
  for (const std::string& other :
       {"# " + line, "#" + line, text + " # mine\n", text + " \"/other\"\n", "include" + line,
        "Host a\n" + line, "  Match all\n" + line, "HOST=a\n" + line, "\"host\" a\n" + line,
        std::string("Include \"/k/ssh/config2\"\n"), std::string("Include /k/ssh/config\n")}) {
    EXPECT_FALSE(has_include(other, line)) << other;
    EXPECT_EQ(without_include(other, line), other);
    const std::string with = with_include(other, line);
    EXPECT_EQ(with, line + other);
    EXPECT_EQ(without_include(with, line), other) << "the octets that were there";
  }
  EXPECT_EQ(without_include(line + line, line), line) << "one was added, one goes";
  EXPECT_EQ(without_include("HostKeyAlias x\n" + text, line), "HostKeyAlias x\n");
}

TEST(SshConfig, AnIncludeMeansItsOwnPathAlone) {
  const std::string folder = testing::TempDir() + "keyferry [b]* ?~";
  const auto home = keystore::Home::open(folder);
  ASSERT_TRUE(home.has_value());
  EXPECT_EQ(include_line(*home),
            "Include \"" + testing::TempDir() + "keyferry [[]b][*] [?]~/ssh/config\"\n");
  EXPECT_EQ(write_ssh_config(*home, "/opt/a\"b/keyferry").error().code, Errc::invalid);
  EXPECT_EQ(write_ssh_config(*home, "/opt/a\nb/keyferry").error().code, Errc::invalid);
  std::filesystem::remove_all(folder);
}

TEST(SshConfig, BlocksNameEveryHost) {
  const std::string folder = testing::TempDir() + "keyferry config";
  const auto home = keystore::Home::open(folder);
  ASSERT_TRUE(home.has_value());
  keystore::CredentialRecord record;
  record.name = "web";
  record.key_file = "id_ed25519";
  record.rights = {{"logins", boost::json::array{"deploy"}}};
  record.hosts = {{"web", "10.0.0.5", 22, {}, {}}, {"db", "10.0.0.6", 2222, {}, {}}};
  const std::string text = ssh_config_text(*home, {record}, "/opt/key ferry/bin/keyferry");
  EXPECT_NE(text.find("\nHost web\n  HostName 10.0.0.5\n  Port 22\n  User deploy\n"),
            std::string::npos);
  record.name = "first";
  EXPECT_EQ(ssh_config_text(*home, {record, record}, "x"), ssh_config_text(*home, {record}, "x"))
      << "a name belongs to one";
  record.ssh_names.emplace();
  EXPECT_EQ(ssh_config_text(*home, {record}, "x").find("Host"), std::string::npos);
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
