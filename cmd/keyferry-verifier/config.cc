#include "config.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "log_config.h"

#include "keyferry/base/hex.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/config/toml.h"
#include "keyferry/digest/hash.h"
#include "keyferry/file/file.h"

namespace keyferry::cmd {
namespace {

using namespace std::chrono_literals;

// read_url takes the list's URL apart: its last part is the list's name.
void read_url(config::Toml& table, verifier::ListSettings& list) {
  const std::string url = table.text("url");
  if (url.empty()) return;
  if (url.starts_with("http://") && !codec::parse_web_url(url)) {
    table.note_fault("url", "must begin with https:// (http:// only on this machine)");
    return;
  }
  const auto parsed = codec::parse_web_url(url);
  if (!parsed || !codec::is_base_path(parsed->path) || url.find('?') != url.npos) {
    table.note_fault("url", "must be like \"https://auth.example/v1/lists/ssh.krl\"");
    return;
  }
  list.name = url.substr(url.rfind('/') + 1);
  list.client.url = url;
  if (!list.name.ends_with(".krl") || list.name.size() > 64)
    table.note_fault("url", "must end with the name of a list for sshd: …/ssh.krl");
}

void read_mode(config::Toml& table, verifier::ListSettings& list) {
  const std::string text = table.text("mode", "0644");
  const bool octal =
      !text.empty() && text.size() <= 4 && text.find_first_not_of("01234567") == std::string::npos;
  const unsigned mode = octal ? static_cast<unsigned>(std::stoul(text, nullptr, 8)) : 0;
  if ((mode & 0400) == 0 || (mode & 07133) != 0)
    table.note_fault("mode",
                     "must be octal permissions like \"0644\" that let nobody else write and "
                     "nobody run it");
  list.mode = mode;
}

void read_policy(config::Toml& table, verifier::ListSettings& list) {
  list.client.wait = table.duration("wait", 25s);
  if (list.client.wait < 1s || list.client.wait > 25s)
    table.note_fault("wait", "must be from 1s to 25s");
  auto policy = verifier::parse_on_unreachable(table.text("on_unreachable", "last-good:24h"));
  if (!policy) {
    table.note_fault("on_unreachable", policy.error().detail);
    return;
  }
  list.on_unreachable = *policy;
  const bool limited = policy->kind == verifier::OnUnreachable::Kind::last_good;
  if (limited && policy->limit < list.client.wait)
    table.note_fault("on_unreachable", "must last at least as long as one long poll (wait)");
  list.alarm_after = table.duration("alarm_after", verifier::alarm_limit(*policy));
}

std::optional<std::filesystem::path> read_ca(config::Toml& table) {
  if (table.has("ca")) return table.path("ca");
  table.text("ca", "");  // makes the key known
  const char* name = std::getenv("KEYFERRY_CA");
  return name && *name ? std::optional<std::filesystem::path>(name) : std::nullopt;
}

verifier::ListSettings read_list(config::Toml& table, const std::filesystem::path& state) {
  verifier::ListSettings list;
  read_url(table, list);
  list.client.ca_file = read_ca(table);
  list.trust_file = table.path("trust");
  list.file = table.path("file");
  if (!list.file.empty()) list.file = std::filesystem::absolute(list.file).lexically_normal();
  read_mode(table, list);
  read_policy(table, list);
  list.hook = table.texts("hook");
  if (!list.hook.empty() && list.hook.front().empty())
    table.note_fault("hook", "must begin with a command");
  list.hook_timeout = table.duration("hook_timeout", 30s);
  // The file is what the state is about: two lists of one name keep theirs apart.
  const auto hash = digest::sha256(bytes_of(list.file.string()));
  list.state_folder = state / (list.name + "-" + encode_hex(hash).substr(0, 8));
  return list;
}

}  // namespace

Result<VerifierConfig> load_verifier_config(const std::filesystem::path& path) {
  KF_TRY(config::Toml file, config::Toml::load(path));
  VerifierConfig config;
  config.listen_admin = file.text("listen.admin", "");
  config.state_path = file.path("state.path", "/var/lib/keyferry-verifier");
  read_log_config(file, config.log_format, config.log_level);
  std::set<std::filesystem::path> files;
  for (config::Toml& table : file.tables("list")) {
    config.lists.push_back(read_list(table, config.state_path));
    if (!files.insert(config.lists.back().file).second)
      table.note_fault("file", "must be another one for each list");
  }
  if (config.lists.empty()) file.note_fault("list", "at least one [[list]] is needed");
  KF_TRY(file.finish());
  return config;
}

Result<verifier::Trust> load_trust(const verifier::ListSettings& list) {
  const std::string name = list.trust_file.string();
  KF_TRY(const std::string raw, file::read_text(list.trust_file, 64 * 1024));
  KF_TRY(const std::string text, codec::plain_text(raw, name));
  auto trust = verifier::parse_trust(text);
  if (!trust) return in_context("reading " + name, trust.error());
  if (std::find(trust->lists.begin(), trust->lists.end(), list.name) == trust->lists.end())
    return fail(Errc::invalid, name + " does not speak of the list " + list.name +
                                   ": is it of another authority?");
  const bool closes = list.on_unreachable.kind != verifier::OnUnreachable::Kind::open;
  if (closes && trust->ssh_ca_keys.empty())
    return fail(Errc::invalid,
                name + " names no SSH CA key, so the list could not be closed: export it again");
  return trust;
}

}  // namespace keyferry::cmd
