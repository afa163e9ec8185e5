#include "keyferry/wallet/ssh_config.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/wallet/ssh_files.h"

namespace keyferry::wallet {
namespace {

constexpr std::string_view kHead =
    "# Written by keyferry: changes here are lost. `keyferry forget NAME` takes an entry out.\n";

std::string quoted(const file::Path& path) {
  return "\"" + path.string() + "\"";
}

std::string block(const Home& home, const CredentialRecord& record, const SshHost& host,
                  const std::string& login, const std::string& alias, const std::string& program) {
  const file::Path folder = home.credential_folder(record.name);
  // %% is a percent sign to ssh; our own paths have none (Home), the program's may.
  std::string renew = shell_quoted(program);
  for (std::size_t at = 0; (at = renew.find('%', at)) != renew.npos; at += 2) renew.insert(at, "%");
  std::string exec = "KEYFERRY_HOME=" + shell_quoted(home.root().string()) + " " + renew +
                     " renew --due --quiet " + record.name;
  return "Match originalhost " + alias + " exec \"" + exec + "\"\n" +  //
         "Host " + alias + "\n" +                                      //
         "  HostName " + host.address + "\n" +                         //
         "  Port " + std::to_string(host.port) + "\n" +                //
         "  User " + login + "\n" +                                    //
         "  IdentityFile " + quoted(folder / record.key_file) + "\n" + "  IdentitiesOnly yes\n" +
         "  UserKnownHostsFile " + quoted(folder / "known_hosts") + "\n" +
         "  StrictHostKeyChecking yes\n";
}

std::string blocks(const Home& home, const CredentialRecord& record, const std::string& program) {
  auto logins = codec::texts_member(record.rights, "logins");
  if (!logins) return {};
  std::sort(logins->begin(), logins->end());
  std::string text;
  bool first = true;
  for (const SshHost& host : record.hosts) {
    for (const std::string& login : *logins) {
      std::string alias = record.name;
      if (!first) alias += "-" + host.name + (logins->size() > 1 ? "-" + login : "");
      first = false;
      text += block(home, record, host, login, alias, program);
    }
  }
  return text;
}

file::Path config_file(const Home& home) {
  return home.ssh_folder() / "config";
}

Result<Done> change(const file::Path& config,
                    const std::function<std::string(const std::string&)>& edit) {
  std::error_code error;
  file::Path target = std::filesystem::weakly_canonical(config, error);
  if (error) target = config;
  const auto before = file::read_text(target, 1 << 20);
  if (!before && before.error().code != Errc::not_found) return before.error();
  const std::string old = before ? *before : std::string();
  const std::string next = edit(old);
  if (next == old) return Done{};
  const auto status = std::filesystem::status(target, error);
  const unsigned mode =
      before && !error ? static_cast<unsigned>(status.permissions()) & 0777U : 0600U;
  KF_TRY(file::make_directory(target.parent_path(), 0700));
  return file::replace(target, bytes_of(next), mode);
}

}  // namespace

std::string ssh_config_text(const Home& home, const std::vector<CredentialRecord>& records,
                            const std::string& program) {
  std::string text(kHead);
  for (const CredentialRecord& record : records) text += "\n" + blocks(home, record, program);
  return text;
}

std::string include_line(const Home& home) {
  return "Include " + quoted(config_file(home)) + "\n";
}

std::string with_include(const std::string& config, const std::string& line) {
  return config.find(line) == config.npos ? line + config : config;
}

std::string without_include(const std::string& config, const std::string& line) {
  std::string out = config;
  if (const std::size_t at = out.find(line); at != out.npos) out.erase(at, line.size());
  return out;
}

Result<Done> write_ssh_config(const Home& home, const std::string& program) {
  KF_TRY(const std::vector<CredentialRecord> records, load_credentials(home));
  const std::string text = ssh_config_text(home, records, program);
  return file::replace(config_file(home), bytes_of(text), 0600);
}

Result<Done> install_include(const Home& home, const file::Path& config) {
  const std::string line = include_line(home);
  return change(config, [&](const std::string& text) { return with_include(text, line); });
}

Result<Done> remove_include(const Home& home, const file::Path& config) {
  const std::string line = include_line(home);
  return change(config, [&](const std::string& text) { return without_include(text, line); });
}

}  // namespace keyferry::wallet
