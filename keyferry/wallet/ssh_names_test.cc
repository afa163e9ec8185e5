#include "keyferry/wallet/ssh_names.h"

#include <gtest/gtest.h>

#include "keyferry/keystore/credential_record.h"

namespace keyferry::wallet {
namespace {

keystore::CredentialRecord sample(const std::string& name) {
  keystore::CredentialRecord record;
  record.name = name;
  record.rights = {{"logins", boost::json::array{"deploy"}}};
  record.hosts = {{"web", "10.0.0.5", 22, {}, {}}, {"db", "10.0.0.6", 2222, {}, {}}};
  return record;
}

std::vector<std::string> aliases(const std::vector<keystore::SshName>& names) {
  std::vector<std::string> out;
  for (const keystore::SshName& name : names) out.push_back(name.alias);
  return out;
}

using Texts = std::vector<std::string>;

TEST(SshNames, EveryHostAndLoginHasOne) {
  keystore::CredentialRecord record = sample("x");
  EXPECT_EQ(
      names_of_credential(record, "prod"),
      (std::vector<keystore::SshName>{{"prod", "web", "deploy"}, {"prod-db", "db", "deploy"}}));
  record.rights = {{"logins", boost::json::array{"deploy", "ada"}}};
  EXPECT_EQ(aliases(names_of_credential(record, "prod")),
            (Texts{"prod", "prod-web-deploy", "prod-db-ada", "prod-db-deploy"}));
}

TEST(SshNames, OnlyWhatWasAgreedToAndStillHeldIsUsed) {
  keystore::CredentialRecord record = sample("x");
  record.ssh_names = {
      {"prod", "web", "deploy"}, {"old", "gone", "deploy"}, {"root", "web", "root"}};
  EXPECT_EQ(aliases(agreed_names(record)), Texts{"prod"});
  record.ssh_names.emplace();
  EXPECT_TRUE(agreed_names(record).empty());
  // Taken by a version that asked for none.
  record.ssh_names.reset();
  EXPECT_EQ(aliases(agreed_names(record)), (Texts{"x", "x-db"}));
  record.name = "github.com";
  EXPECT_TRUE(agreed_names(record).empty());
}

TEST(SshNames, MachinesAreTold) {
  for (const char* name : {"github.com", "a.b", "localhost", "LocalHost", "127.0.0.1", "2130706433",
                           "0x7f000001", "1"}) {
    EXPECT_TRUE(looks_like_a_machine(name)) << name;
  }
  for (const char* name : {"web", "web-1", "a1", "localhost2"}) {
    EXPECT_FALSE(looks_like_a_machine(name)) << name;
  }
}

TEST(SshNames, PatternsOfAConfigurationAreRead) {
  const ConfigPatterns found = patterns_of_config(
      "# Host comment\nInclude ~/.ssh/one \"two three\" # x\n  HOST web \"my db\" *.lan # no\r\n"
      "\tHost=eq\nHost = eq2\nHostName not\nHost * !never ** a*\n"
      "Match user ada originalhost m1,!m2,*.m3 exec \"host x\"\nMatch all\nmatch HOST=m4\n"
      "include=four\n");
  EXPECT_EQ(found.patterns,
            (Texts{"web", "my db", "*.lan", "eq", "eq2", "a*", "m1", "*.m3", "m4"}));
  EXPECT_EQ(found.includes, (Texts{"~/.ssh/one", "two three", "four"}));
}

TEST(SshNames, WhatMeansSomethingAlreadyIsLeftAlone) {
  const std::vector<UsedName> used = {
      {"web", "/c"}, {"*.lan", "/c"}, {"db?", "/k"}, {"a*z*", "/k"}};
  for (const char* name : {"web", "WEB", "x.lan", "db1", "az", "abzc", "127.1", "10.0.0.5"}) {
    EXPECT_NE(why_not_taken(name, used, {}), "") << name;
  }
  EXPECT_EQ(why_not_taken("web", used, {}), "it means something to ssh already (/c)");
  for (const char* name : {"webb", "we", "db", "db12", "b", "lan"}) {
    EXPECT_EQ(why_not_taken(name, used, {}), "") << name;
  }
  EXPECT_EQ(why_not_taken("X-db", {}, {sample("x")}), "your credential \"x\" has it");
}

TEST(SshNames, AreReadFromAllPlacesThatSshReads) {
  std::string pattern = (std::filesystem::temp_directory_path() / "names-XXXXXX").string();
  const file::Path folder = mkdtemp(pattern.data());
  const auto write = [&](const char* name, const std::string& text) {
    ASSERT_TRUE(file::replace(folder / name, bytes_of(text), 0600));
  };
  write("config", "Host top\nInclude conf.d*\nInclude " + (folder / "own").string() + "\n");
  write("conf.d1", "Include config\nHost one\n");
  write("conf.d2", "Match originalhost two\n");
  write("own", "Host ours\n");
  write("known_hosts",
        "known,10.0.0.9 ssh-ed25519 AAAA\n@cert-authority [other]:2222 ssh-ed25519 AAAA\n"
        "|1|aaaa|bbbb ssh-ed25519 AAAA\n# x\n");
  Texts found;
  for (const UsedName& name : used_names(folder / "config", folder / "own")) {
    if (name.file.parent_path() == folder) found.push_back(name.pattern);
  }
  EXPECT_EQ(found, (Texts{"top", "one", "two", "known", "10.0.0.9", "other"}));
  EXPECT_NE(why_not_taken("localhost", used_names(folder / "config", {}), {}), "") << "/etc/hosts";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace keyferry::wallet
