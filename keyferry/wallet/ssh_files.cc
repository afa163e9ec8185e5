// The certificate is written last, so that it never lies without its key and the host's keys beside
// it.
#include "keyferry/wallet/ssh_files.h"

#include <algorithm>
#include <cctype>

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_key.h"

namespace keyferry::wallet {
namespace {

constexpr unsigned kFileMode = 0600;
constexpr std::uint16_t kSshPort = 22;

std::string host_pattern(const keystore::SshHost& host) {
  if (host.port == kSshPort) return host.address;
  return "[" + host.address + "]:" + std::to_string(host.port);
}

// ssh splits the value at blanks unless it stands in double quotes; Home refuses paths with quotes.
std::string option_path(const file::Path& path) {
  const std::string text = path.string();
  return text.find_first_of(" \t'") == text.npos ? text : "\"" + text + "\"";
}

std::vector<std::string> texts_of(const boost::json::object& rights, std::string_view name) {
  auto texts = codec::texts_member(rights, name);
  if (!texts) return {};
  std::sort(texts->begin(), texts->end());
  return *std::move(texts);
}

std::string command_line(const keystore::Home& home, const keystore::CredentialRecord& record,
                         const keystore::SshHost& host, const std::string& login) {
  const file::Path folder = home.credential_folder(record.name);
  const std::string known_hosts = "UserKnownHostsFile=" + option_path(folder / "known_hosts");
  std::string line = "ssh -i " + shell_quoted((folder / record.key_file).string());
  line += " -o IdentitiesOnly=yes -o " + shell_quoted(known_hosts);
  line += " -o StrictHostKeyChecking=yes";
  if (host.port != kSshPort) line += " -p " + std::to_string(host.port);
  return line + " -- " + shell_quoted(login + "@" + host.address);
}

}  // namespace

std::string known_hosts_text(const std::vector<keystore::SshHost>& hosts) {
  std::string text;
  for (const keystore::SshHost& host : hosts) {
    for (const std::string& key : host.host_keys) text += host_pattern(host) + " " + key + "\n";
    for (const std::string& key : host.host_cas) {
      text += "@cert-authority " + host_pattern(host) + " " + key + "\n";
    }
  }
  return text;
}

std::string shell_quoted(std::string_view word) {
  const bool harmless = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./:@=,+").find(c) != std::string_view::npos;
  });
  if (harmless) return std::string(word);
  std::string out = "'";
  for (char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<SshLine> ssh_lines(const keystore::Home& home,
                               const keystore::CredentialRecord& record) {
  std::vector<keystore::SshHost> hosts = record.hosts;
  std::sort(hosts.begin(), hosts.end(),
            [](const keystore::SshHost& a, const keystore::SshHost& b) { return a.name < b.name; });
  std::vector<SshLine> lines;
  for (const keystore::SshHost& host : hosts) {
    for (const std::string& login : texts_of(record.rights, "logins")) {
      lines.push_back({login, host.name, command_line(home, record, host, login)});
    }
  }
  return lines;
}

Result<Done> write_ssh_files(const keystore::Home& home, const keystore::CredentialRecord& record,
                             const crypto::PrivateKey& key, std::string_view certificate) {
  const file::Path folder = home.credential_folder(record.name);
  if (auto made = file::make_directory(folder, 0700); !made) return made.error();
  const SecretBytes text = credential::encode_openssh_private_key(key, record.name);
  if (auto r = file::replace(folder / record.key_file, text.expose(), kFileMode); !r) {
    return r.error();
  }
  const std::string known_hosts = known_hosts_text(record.hosts);
  if (auto r = file::replace(folder / "known_hosts", bytes_of(known_hosts), kFileMode); !r) {
    return r.error();
  }
  return write_certificate(home, record, certificate);
}

Result<Done> write_certificate(const keystore::Home& home, const keystore::CredentialRecord& record,
                               std::string_view certificate) {
  const std::string line = std::string(certificate) + "\n";
  return file::replace(home.credential_folder(record.name) / (record.key_file + "-cert.pub"),
                       bytes_of(line), kFileMode);
}

std::string key_file_name(crypto::KeyType type) {
  return type == crypto::KeyType::ed25519 ? "id_ed25519" : "id_ecdsa";
}

}  // namespace keyferry::wallet
