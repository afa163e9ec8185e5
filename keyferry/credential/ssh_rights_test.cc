#include "keyferry/credential/ssh_rights.h"

#include <gtest/gtest.h>

#include "keyferry/codec/json.h"

namespace keyferry::credential {
namespace {

//= spec:authority#5-principals test
TEST(SshRights, PrincipalsAreEveryPairAndNeverABareLogin) {
  const Rights rights = *make_root_rights(
      ssh_rights_schema(),
      *codec::parse_json_object(R"({"logins":["root","deploy"],"hosts":["web","db"]})"));
  EXPECT_EQ(ssh_principals(rights),
            (std::vector<std::string>{"deploy@db", "deploy@web", "root@db", "root@web"}));
}

TEST(SshRights, PrincipalsFitACertificate) {
  const auto rights_with = [](int logins, int hosts) {
    boost::json::object asked{{"logins", boost::json::array()}, {"hosts", boost::json::array()}};
    for (int i = 0; i < logins; ++i)
      asked["logins"].as_array().emplace_back("a" + std::to_string(i));
    for (int i = 0; i < hosts; ++i) asked["hosts"].as_array().emplace_back("h" + std::to_string(i));
    return make_root_rights(ssh_rights_schema(), asked);
  };
  EXPECT_TRUE(rights_with(16, 16));
  EXPECT_EQ(rights_with(17, 16).error().detail,
            "logins and hosts make 272 pairs, and a certificate holds at most 256");
}

//= spec:authority#3-names test
TEST(SshRights, Logins) {
  for (const char* text : {"a", "_", "deploy", "_www-data", "u0", "a-", "a_b-c9",
                           "abcdefghijklmnopqrstuvwxyz012345"}) {
    ASSERT_TRUE(parse_ssh_login(text)) << text;
    EXPECT_EQ(*parse_ssh_login(text), text);
  }
  for (const char* text : {"", "-a", "-oProxyCommand=x", "0a", "Root", "a.b", "a b", "a@b", "a/b",
                           "a:b", "a\n", "é", "abcdefghijklmnopqrstuvwxyz0123456", "a$", "*"}) {
    EXPECT_EQ(parse_ssh_login(text).error().code, Errc::invalid) << text;
  }
  EXPECT_FALSE(parse_ssh_login(std::string_view("a\0", 2)));
}

TEST(SshRights, Hosts) {
  const std::string part(63, 'a');
  const std::string longest = part + "." + part + "." + part + "." + std::string(61, 'a');
  for (const std::string& text :
       {std::string("web"), std::string("w"), std::string("9"), std::string("db-1.example.org"),
        std::string("10.0.0.5"), std::string("xn--bcher-kva.example"), part, longest}) {
    ASSERT_TRUE(parse_ssh_host(text)) << text;
    EXPECT_EQ(*parse_ssh_host(text), text);
  }
  for (const std::string& text :
       {std::string(""), std::string("-web"), std::string("web-"), std::string("a.-b"),
        std::string("a-.b"), std::string("."), std::string(".a"), std::string("a."),
        std::string("a..b"), std::string("Web"), std::string("we_b"), std::string("a b"),
        std::string("a@b"), std::string("web\n"), std::string("*"),
        std::string("b\xC3\xBC"
                    "cher"),
        part + "a", longest + "a"}) {
    EXPECT_EQ(parse_ssh_host(text).error().code, Errc::invalid) << text;
  }
}

TEST(SshRights, Commands) {
  for (const std::string& text :
       {std::string("uptime"), std::string("rsync --server  -vlogDtpr . /srv"),
        std::string("echo \"$(id)\" '|'; true"), std::string("echo Zo\u00EB"),
        std::string(1024, 'x')}) {
    ASSERT_TRUE(parse_ssh_command(text)) << text;
    EXPECT_EQ(*parse_ssh_command(text), text);
  }
  for (const std::string& text :
       {std::string(""), std::string(" "), std::string(" ls"), std::string("ls "),
        std::string("ls\n"), std::string("ls\tx"), std::string("ls\0x", 4),
        std::string("ls \x1B[8m; id"), std::string("ls \u202E"), std::string("l\u200Bs"),
        std::string("\xFF"), std::string(1025, 'x')}) {
    EXPECT_EQ(parse_ssh_command(text).error().code, Errc::invalid) << text;
  }
}

}  // namespace
}  // namespace keyferry::credential
