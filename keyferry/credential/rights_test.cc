// The rules that hold for every kind, tried with the schema of `ssh`.
#include "keyferry/credential/rights.h"

#include <gtest/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_rights.h"

namespace keyferry::credential {
namespace {

boost::json::object json(std::string_view text) {
  return *codec::parse_json_object(text);
}
Result<Rights> root(std::string_view asked) {
  return make_root_rights(ssh_rights_schema(), json(asked));
}
Result<Rights> child(const Rights& parent, std::string_view asked) {
  return make_child_rights(ssh_rights_schema(), parent, json(asked));
}
std::string text(const Rights& rights) {
  return codec::encode_json(encode_rights(rights));
}

const char* const kWide =
    R"({"logins":["deploy","root"],"hosts":["web","db"],"source":["192.0.2.0/24","2001:db8::/32"],
        "extensions":["permit-pty","permit-port-forwarding"]})";

TEST(Rights, ARootGetsTheDefaultsOfItsKind) {
  EXPECT_EQ(text(*root(R"({"hosts":["web"],"logins":["root","deploy","root"]})")),
            R"({"extensions":["permit-pty"],"hosts":["web"],"logins":["deploy","root"]})");
  EXPECT_EQ(text(*root(R"({"hosts":["web"],"logins":["a"],"extensions":[]})")),
            R"({"extensions":[],"hosts":["web"],"logins":["a"]})");
}

TEST(Rights, ARootStatesWhatIsRequired) {
  EXPECT_EQ(root(R"({"hosts":["web"]})").error().detail, "right \"logins\" is missing");
  EXPECT_EQ(root(R"({"logins":["a"]})").error().detail, "right \"hosts\" is missing");
  EXPECT_EQ(root(R"({"logins":[],"hosts":["web"]})").error().detail,
            "right \"logins\": it must name 1 to 64, not 0");
}

TEST(Rights, AnAbsentRightIsCopiedFromTheParent) {
  const Rights parent = *root(kWide);
  EXPECT_EQ(*child(parent, "{}"), parent);
  EXPECT_EQ(text(*child(parent, R"({"hosts":["web"]})")),
            R"({"extensions":["permit-port-forwarding","permit-pty"],"hosts":["web"],)"
            R"("logins":["deploy","root"],"source":["192.0.2.0/24","2001:db8::/32"]})");
}

TEST(Rights, AChildMayHaveLess) {
  const Rights parent = *root(kWide);
  for (const char* asked :
       {R"({"logins":["deploy"]})", R"({"hosts":["db"]})", R"({"extensions":[]})",
        R"({"source":["192.0.2.128/25"]})", R"({"source":["192.0.2.7","2001:db8:1::/48"]})",
        R"({"command":"uptime"})"}) {
    EXPECT_TRUE(child(parent, asked)) << asked;
  }
}

//= spec:authority#4-attenuate test
TEST(Rights, AChildWithMoreIsToldWhichRightAndWhy) {
  const Rights parent = *root(kWide);
  const std::pair<const char*, const char*> cases[] = {
      {R"({"logins":["deploy","admin"]})",
       "right \"logins\": \"admin\" is beyond what the parent has: deploy, root"},
      {R"({"hosts":["mail"]})", "right \"hosts\": \"mail\" is beyond what the parent has: db, web"},
      {R"({"source":["192.0.0.0/16"]})",
       "right \"source\": \"192.0.0.0/16\" is beyond what the parent has: 192.0.2.0/24, "
       "2001:db8::/32"},
      {R"({"source":["0.0.0.0/0"]})",
       "right \"source\": \"0.0.0.0/0\" is beyond what the parent has: 192.0.2.0/24, "
       "2001:db8::/32"},
      {R"({"extensions":["permit-X11-forwarding"]})",
       "right \"extensions\": \"permit-X11-forwarding\" is beyond what the parent has: "
       "permit-port-forwarding, permit-pty"}};
  for (const auto& [asked, detail] : cases) {
    const Result<Rights> rights = child(parent, asked);
    ASSERT_FALSE(rights) << asked;
    EXPECT_EQ(rights.error(), fail(Errc::forbidden, detail, "wider_than_parent"));
  }
}

TEST(Rights, AForcedCommandStays) {
  const Rights parent = *root(R"({"logins":["a"],"hosts":["web"],"command":"uptime"})");
  EXPECT_EQ(*child(parent, "{}")->text("command"), "uptime");
  EXPECT_EQ(*child(parent, R"({"command":"uptime"})"), parent);
  for (const char* other :
       {R"({"command":"uptime "})", R"({"command":"Uptime"})", R"({"command":"uptime;sh"})"}) {
    EXPECT_FALSE(child(parent, other)) << other;
  }
  EXPECT_EQ(
      child(parent, R"({"command":"sh"})").error(),
      fail(Errc::forbidden, "right \"command\": it must stay the parent's, which is \"uptime\"",
           "wider_than_parent"));
}

TEST(Rights, NoLimitIsMoreThanALimit) {
  const Rights limited = *root(R"({"logins":["a"],"hosts":["web"],"source":["10.0.0.0/8"]})");
  const Rights free = *root(R"({"logins":["a"],"hosts":["web"]})");
  EXPECT_TRUE(check_narrower(ssh_rights_schema(), free, limited));
  EXPECT_EQ(check_narrower(ssh_rights_schema(), limited, free).error(),
            fail(Errc::forbidden,
                 "right \"source\": without it there is no limit, and the parent has 10.0.0.0/8",
                 "wider_than_parent"));
}

//= spec:authority#3-enforceable test
TEST(Rights, WhatTheVerifierCannotEnforceIsNotSold) {
  for (const char* name :
       {"uses", "use_count", "max_sessions", "Logins", "", "login", "verify-required"}) {
    boost::json::object asked = json(R"({"logins":["a"],"hosts":["web"]})");
    asked.emplace(name, 1);
    const Result<Rights> rights = make_root_rights(ssh_rights_schema(), asked);
    ASSERT_FALSE(rights) << name;
    EXPECT_EQ(rights.error(), fail(Errc::forbidden,
                                   "sshd cannot enforce the right \"" + std::string(name) +
                                       "\", so it cannot be given",
                                   "right_not_enforceable"));
    EXPECT_EQ(child(*root(kWide), codec::encode_json(asked)).error(), rights.error());
  }
}

TEST(Rights, BadValuesAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"logins":"deploy","hosts":["web"]})",
       "right \"logins\": member \"logins\" must be an array of strings"},
      {R"({"logins":["deploy",7],"hosts":["web"]})",
       "right \"logins\": member \"logins\" must be an array of strings"},
      {R"({"logins":null,"hosts":["web"]})",
       "right \"logins\": member \"logins\" must be an array of strings"},
      {R"({"logins":["a"],"hosts":["web"],"command":["ls"]})",
       "right \"command\": member \"command\" must be a string"},
      {R"({"logins":["Root"],"hosts":["web"]})",
       "right \"logins\": \"Root\" is no login: it has 1 to 32 of a-z 0-9 _ - and begins with a "
       "letter or _"}};
  for (const auto& [asked, detail] : cases) {
    const Result<Rights> rights = root(asked);
    ASSERT_FALSE(rights) << asked;
    EXPECT_EQ(rights.error(), fail(Errc::invalid, detail));
  }
}

TEST(Rights, SetsAreLimited) {
  std::string many = R"({"hosts":["web"],"logins":["a")";
  for (int i = 0; i < 63; ++i) many += ",\"a" + std::to_string(i) + "\"";
  EXPECT_TRUE(root(many + "]}"));
  EXPECT_EQ(root(many + ",\"b\"]}").error().detail,
            "right \"logins\": it must name 1 to 64, not 65");
}

TEST(Rights, WhatIsWrittenIsReadAgain) {
  const Rights rights = *root(kWide);
  EXPECT_EQ(*parse_rights(ssh_rights_schema(), encode_rights(rights)), rights);
  EXPECT_EQ(
      parse_rights(ssh_rights_schema(), json(R"({"logins":["a"],"hosts":["web"]})")).error().detail,
      "right \"extensions\" is missing");
}

}  // namespace
}  // namespace keyferry::credential
