// One line of the person's own file is changed and all else stays; in ours a Match line comes
// before each Host line, since ssh runs its exec, the renewal, before it connects.
#include "keyferry/wallet/ssh_config.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <set>

#include "keyferry/wallet/ssh_files.h"
#include "keyferry/wallet/ssh_names.h"

namespace keyferry::wallet {
namespace {

constexpr std::string_view kHead =
    "# Written by keyferry: changes here are lost. `keyferry forget NAME` takes an entry out.\n";

std::string quoted(const file::Path& path) {
  return "\"" + path.string() + "\"";
}

std::string block(const keystore::Home& home, const keystore::CredentialRecord& record,
                  const keystore::SshHost& host, const keystore::SshName& name,
                  const std::string& program) {
  const file::Path folder = home.credential_folder(record.name);
  // %% is a percent sign to ssh; our own paths have none (Home), the program's may.
  std::string renew = shell_quoted(program);
  for (std::size_t at = 0; (at = renew.find('%', at)) != renew.npos; at += 2) renew.insert(at, "%");
  std::string exec = "KEYFERRY_HOME=" + shell_quoted(home.root().string()) + " " + renew +
                     " renew --due --quiet " + record.name;
  return "Match originalhost " + name.alias + " exec \"" + exec + "\"\n" +  //
         "Host " + name.alias + "\n" +                                      //
         "  HostName " + host.address + "\n" +                              //
         "  Port " + std::to_string(host.port) + "\n" +                     //
         "  User " + name.login + "\n" +                                    //
         "  IdentityFile " + quoted(folder / record.key_file) + "\n" + "  IdentitiesOnly yes\n" +
         "  UserKnownHostsFile " + quoted(folder / "known_hosts") + "\n" +
         "  StrictHostKeyChecking yes\n";
}

std::string blocks(const keystore::Home& home, const keystore::CredentialRecord& record,
                   const std::string& program, std::set<std::string>& written) {
  std::string text;
  for (const keystore::SshName& name : agreed_names(record)) {
    const auto host =
        std::find_if(record.hosts.begin(), record.hosts.end(),
                     [&](const keystore::SshHost& one) { return one.name == name.host; });
    if (!written.insert(name.alias).second) continue;
    text += block(home, record, *host, name, program);
  }
  return text.empty() ? text : "\n" + text;
}

file::Path config_file(const keystore::Home& home) {
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

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r\f\n";
  const std::size_t first = line.find_first_not_of(kBlank);
  if (first == line.npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

// Below such a line nothing is at the top level any more.
bool begins_block(std::string_view line) {
  std::string keyword;
  for (const char c : line) {
    if (c == '"' && keyword.empty()) continue;
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
    keyword += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return keyword == "host" || keyword == "match";
}

// find_line returns where `line` stands as an active line of `config`, with its end.
std::optional<std::pair<std::size_t, std::size_t>> find_line(std::string_view config,
                                                             std::string_view line) {
  for (std::size_t at = 0; at < config.size();) {
    const std::size_t end = std::min(config.find('\n', at), config.size() - 1) + 1;
    const std::string_view here = trimmed(config.substr(at, end - at));
    if (here == trimmed(line)) return std::pair(at, end - at);
    if (begins_block(here)) return std::nullopt;
    at = end;
  }
  return std::nullopt;
}

// As a version before wrote it, which ssh reads otherwise where the path has * ? or [.
std::string plain_line(const keystore::Home& home) {
  return "Include " + quoted(config_file(home)) + "\n";
}

}  // namespace

std::string ssh_config_text(const keystore::Home& home,
                            const std::vector<keystore::CredentialRecord>& records,
                            const std::string& program) {
  std::string text(kHead);
  std::set<std::string> written;
  for (const keystore::CredentialRecord& record : records)
    text += blocks(home, record, program, written);
  return text;
}

std::string include_line(const keystore::Home& home) {
  std::string path;
  for (const char c : config_file(home).string()) {
    const bool expands = c == '*' || c == '?' || c == '[';
    path += expands ? std::string("[") + c + "]" : std::string(1, c);
  }
  return "Include \"" + path + "\"\n";
}

bool has_include(std::string_view config, std::string_view line) {
  return find_line(config, line).has_value();
}

std::string with_include(const std::string& config, const std::string& line) {
  return has_include(config, line) ? config : line + config;
}

std::string without_include(const std::string& config, const std::string& line) {
  std::string out = config;
  if (const auto found = find_line(config, line)) out.erase(found->first, found->second);
  return out;
}

Result<Done> write_ssh_config(const keystore::Home& home, const std::string& program) {
  if (std::any_of(program.begin(), program.end(), [](char c) {
        return c == '"' || static_cast<unsigned char>(c) < ' ' || c == '\x7f';
      })) {
    return fail(Errc::invalid, "ssh cannot be told to run this program: the path " + program +
                                   " has a double quote or a control character");
  }
  KF_TRY(const std::vector<keystore::CredentialRecord> records, keystore::load_credentials(home));
  const std::string text = ssh_config_text(home, records, program);
  return file::replace(config_file(home), bytes_of(text), 0600);
}

Result<bool> install_include(const keystore::Home& home, const file::Path& config) {
  const std::string line = include_line(home);
  bool added = false;
  KF_TRY(change(config, [&](const std::string& text) {
    added = !has_include(text, line);
    return with_include(text, line);
  }));
  return added;
}

Result<Done> remove_include(const keystore::Home& home, const file::Path& config) {
  return change(config, [&](const std::string& text) {
    const std::string without = without_include(text, include_line(home));
    return without != text ? without : without_include(text, plain_line(home));
  });
}

}  // namespace keyferry::wallet
