#include "keyferry/wallet/ssh_files.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

const std::string kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// A home in a folder of its own that dies with the object.
class OwnHome {
 public:
  explicit OwnHome(const std::string& inner) {
    std::string pattern = testing::TempDir() + "keyferry.XXXXXX";
    folder_ = mkdtemp(pattern.data());
    home_ = keystore::Home::open(folder_ / inner);
  }
  ~OwnHome() { std::filesystem::remove_all(folder_); }
  const keystore::Home& home() const { return **home_; }

 private:
  file::Path folder_;
  std::optional<Result<keystore::Home>> home_;
};

keystore::CredentialRecord sample() {
  keystore::CredentialRecord record;
  record.name = "web";
  record.key_file = "id_ed25519";
  record.rights = {{"logins", boost::json::array{"root", "deploy"}},
                   {"hosts", boost::json::array{"web", "db"}}};
  record.hosts = {{"web", "10.0.0.5", 22, {kKey}, {}}, {"db", "127.0.0.1", 2222, {}, {kKey}}};
  return record;
}

TEST(SshFiles, KnownHostsNameThePortUnlessItIs22) {
  EXPECT_EQ(known_hosts_text(sample().hosts),
            "10.0.0.5 " + kKey + "\n@cert-authority [127.0.0.1]:2222 " + kKey + "\n");
}

TEST(SshFiles, LinesCoverEveryPairAndEndWithTheTarget) {
  const OwnHome own("home");
  const auto lines = ssh_lines(own.home(), sample());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].host, "db");
  EXPECT_EQ(lines[0].login, "deploy");
  const std::string folder = own.home().credential_folder("web").string();
  EXPECT_EQ(lines[0].command, "ssh -i " + folder + "/id_ed25519 -o IdentitiesOnly=yes" +
                                  " -o UserKnownHostsFile=" + folder + "/known_hosts" +
                                  " -o StrictHostKeyChecking=yes -p 2222 -- deploy@127.0.0.1");
  EXPECT_TRUE(lines[3].command.ends_with("-o StrictHostKeyChecking=yes -- root@10.0.0.5"));
}

TEST(SshFiles, PathsWithBlanksAreQuotedForShellAndForSsh) {
  const OwnHome own("it's my home");
  const std::string line = ssh_lines(own.home(), sample())[0].command;
  EXPECT_NE(line.find("/it'\\''s my home/ssh/web/id_ed25519' -o"), std::string::npos) << line;
  EXPECT_NE(line.find("'UserKnownHostsFile=\""), std::string::npos) << line;
}

TEST(SshFiles, WordsAreQuotedOnlyWhereNeeded) {
  EXPECT_EQ(shell_quoted("deploy@10.0.0.5"), "deploy@10.0.0.5");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("a'b"), "'a'\\''b'");
  EXPECT_EQ(shell_quoted("$(x)"), "'$(x)'");
}

TEST(SshFiles, FilesAreClosedToOthers) {
  const OwnHome own("home");
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  ASSERT_TRUE(write_ssh_files(own.home(), sample(), key, "CERT").has_value());
  ASSERT_TRUE(keystore::save_credential(own.home(), sample()).has_value());
  for (const char* name : {"id_ed25519", "id_ed25519-cert.pub", "known_hosts", "credential.json"}) {
    struct stat status{};
    ASSERT_EQ(stat((own.home().credential_folder("web") / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
  }
  struct stat folder{};
  ASSERT_EQ(stat(own.home().credential_folder("web").c_str(), &folder), 0);
  EXPECT_EQ(folder.st_mode & 0777, 0700U);
  EXPECT_TRUE(keystore::load_key(own.home(), sample())->secret() == key.secret());
}

TEST(Home, RefusesFoldersThatSshCannotName) {
  for (const char* path :
       {"relative", "/tmp/a\"b", "/tmp/a%b", "/tmp/a\\b", "/tmp/${HOME}", "/tmp/a\nb"}) {
    EXPECT_FALSE(keystore::Home::open(path).has_value()) << path;
  }
}

TEST(Home, NamesAreFitForFolders) {
  for (const char* name : {"web", "web-2", "a.b_c", "W"})
    EXPECT_TRUE(keystore::is_credential_name(name));
  for (const char* name : {"", ".", "..", "-web", "a/b", "a b", "ü", ".hidden"}) {
    EXPECT_FALSE(keystore::is_credential_name(name)) << name;
  }
  EXPECT_FALSE(keystore::is_credential_name(std::string(65, 'a')));
}

TEST(ShowTime, FollowsThePersonsZone) {
  const Time time = from_unix_seconds(1795576488);  // 2026-11-25T03:14:48Z
  const char* before = std::getenv("TZ");
  const std::string old = before == nullptr ? "" : before;
  setenv("TZ", "UTC0", 1);
  tzset();
  EXPECT_EQ(show_time(time), "Wed 25 Nov 2026 03:14 UTC");
  setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
  tzset();
  EXPECT_EQ(show_time(time), "Tue 24 Nov 2026 22:14 EST");
  before == nullptr ? unsetenv("TZ") : setenv("TZ", old.c_str(), 1);
  tzset();
}

TEST(ShowTime, SpansHaveTwoParts) {
  using namespace std::chrono_literals;
  EXPECT_EQ(show_span(45s), "45 s");
  EXPECT_EQ(show_span(60s), "1 min");
  EXPECT_EQ(show_span(3h + 59min + 10s), "3 h 59 min");
  EXPECT_EQ(show_span(24h), "1 day");
  EXPECT_EQ(show_span(50h), "2 days 2 h");
  EXPECT_EQ(show_span(-5s), "0 s");
}

}  // namespace
}  // namespace keyferry::wallet
