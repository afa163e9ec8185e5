// All names are looked for before the first file is made, and each file is created new, so no key
// is ever replaced.
#include "keyferry/issuer/keys.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/digest/random.h"

namespace keyferry::issuer {
namespace {

constexpr std::string_view kCaFile = "ssh_ca.key";
constexpr std::string_view kListFile = "list.key";
constexpr std::string_view kServerFile = "server.key";

Result<Done> write_key(const file::Path& path, std::string_view comment) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  const SecretBytes text = credential::encode_openssh_private_key(key, comment);
  return file::create_new(path, text.expose(), 0600);
}

Result<Done> write_server_keys(const file::Path& path) {
  std::string text;
  text.reserve(256);  // no reallocation leaves a copy behind
  for (std::string_view name : {"code", "pin", "nonce"}) {
    std::string key = encode_base64url(digest::random_secret(authority::kServerKeySize).expose());
    text.append(name).append(" ").append(key).append("\n");
    wipe(key);
  }
  auto written = file::create_new(path, bytes_of(text), 0600);
  wipe(text);
  return written;
}

Result<crypto::PrivateKey> read_key(const file::Path& path) {
  auto text = file::read_secret(path);
  if (!text) return text.error();
  auto key = credential::parse_openssh_private_key(*text);
  if (!key) return in_context(path.string(), key.error());
  return *std::move(key);
}

Result<Done> take_line(std::string_view line, authority::ServerKeys& keys) {
  const auto space = line.find(' ');
  auto octets = parse_base64url(space == std::string_view::npos ? "" : line.substr(space + 1));
  if (!octets || octets->size() != authority::kServerKeySize) {
    return fail(Errc::invalid, "a line must be a name and a key of 32 octets in base64url");
  }
  const std::string_view name = line.substr(0, space);
  SecretBytes key(*std::move(octets));
  if (name == "code" && keys.code.empty()) {
    keys.code = std::move(key);
  } else if (name == "pin" && keys.pin.empty()) {
    keys.pin = std::move(key);
  } else if (name == "nonce" && keys.nonce.size() < 2) {
    keys.nonce.push_back(std::move(key));
  } else {
    return fail(Errc::invalid, "code and pin are given once each, nonce once or twice");
  }
  return Done{};
}

Result<authority::ServerKeys> read_server_keys(const file::Path& path) {
  KF_TRY(SecretBytes content, file::read_secret(path));
  auto text = codec::plain_text(text_of(content.expose()), path.string());
  if (!text) return text.error();
  authority::ServerKeys keys;
  Result<Done> taken = Done{};
  for (const std::string_view line : codec::plain_lines(*text)) {
    if (taken) taken = take_line(line, keys);
  }
  wipe(*text);
  if (!taken) return in_context(path.string(), taken.error());
  if (keys.code.empty() || keys.pin.empty() || keys.nonce.empty()) {
    return fail(Errc::invalid, path.string() + ": code, pin or nonce is missing");
  }
  return keys;
}

}  // namespace

const crypto::PrivateKey* Keys::find_ca(std::string_view thumbprint) const {
  for (const auto& key : ssh_ca) {
    if (crypto::jwk_thumbprint(key.public_key()) == thumbprint) return &key;
  }
  return nullptr;
}

Result<Done> make_keys(const file::Path& folder) {
  KF_TRY(file::make_directory(folder, 0700));
  file::sweep(folder);
  for (std::string_view name : {kCaFile, kListFile, kServerFile}) {
    if (std::filesystem::exists(folder / name)) {
      return fail(Errc::conflict, (folder / name).string() + " exists; init never overwrites keys",
                  "exists");
    }
  }
  KF_TRY(write_key(folder / kCaFile, "keyferry SSH CA"));
  KF_TRY(write_key(folder / kListFile, "keyferry revocation lists"));
  return write_server_keys(folder / kServerFile);
}

Result<Keys> load_keys(const file::Path& folder) {
  if (!std::filesystem::exists(folder / kCaFile)) {
    return fail(Errc::not_found,
                "no keys in " + folder.string() + "; run keyferry-authority init first");
  }
  file::sweep(folder);
  KF_TRY(auto ca, read_key(folder / kCaFile));
  KF_TRY(auto list, read_key(folder / kListFile));
  KF_TRY(auto server, read_server_keys(folder / kServerFile));
  Keys keys{{}, std::move(list), std::move(server)};
  keys.ssh_ca.push_back(std::move(ca));
  return keys;
}

std::vector<std::string> ssh_ca_lines(const Keys& keys) {
  std::vector<std::string> lines;
  for (const auto& key : keys.ssh_ca) {
    lines.push_back(credential::authorized_line(key.public_key(), ""));
  }
  return lines;
}

}  // namespace keyferry::issuer
