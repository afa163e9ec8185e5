#include "keyferry/wallet/ssh_config.h"

#include <gtest/gtest.h>

namespace keyferry::wallet {
namespace {

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

}  // namespace
}  // namespace keyferry::wallet
