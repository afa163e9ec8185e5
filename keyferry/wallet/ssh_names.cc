// ssh_config is read as ssh reads it, with quotes, '=' and Include; in doubt a name counts as used.
#include "keyferry/wallet/ssh_names.h"

#include <algorithm>
#include <cctype>
#include <glob.h>
#include <memory>

#include "keyferry/codec/host.h"
#include "keyferry/codec/json.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostConfig = 1 << 20;
constexpr std::size_t kMostFiles = 256;
const file::Path kSystemConfig = "/etc/ssh/ssh_config";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The words of a line of ssh_config: blanks separate, and one '=' behind the keyword; double quotes
// hold together; '#' begins a comment.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, begun = false;
  const auto end = [&] {
    if (begun) words.push_back(std::exchange(word, {}));
    begun = false;
  };
  for (const char c : line) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\f';
    if (c == '"') {
      quoted = !quoted;
      begun = true;
    } else if (!quoted && c == '#' && !begun) {
      break;
    } else if (!quoted && (blank || (c == '=' && words.empty()))) {
      end();
    } else if (!quoted && c == '=' && words.size() == 1 && !begun) {
      continue;
    } else {
      word += c;
      begun = true;
    }
  }
  end();
  return words;
}

// The lines of a text, without their ends.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(lines.back().size() + 1, text.size()));
  }
  return lines;
}

void add_patterns(std::string_view list, std::vector<std::string>& patterns) {
  while (!list.empty()) {
    const std::string_view pattern = list.substr(0, list.find(','));
    list.remove_prefix(std::min(pattern.size() + 1, list.size()));
    const bool every = pattern.find_first_not_of('*') == pattern.npos;
    if (!every && pattern.front() != '!') patterns.emplace_back(pattern);
  }
}

// `*` and `?` as ssh knows them; case counts for nothing here, to be on the safe side.
bool fits(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= name.size(); ++skip) {
      if (fits(name.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         fits(name.substr(1), pattern.substr(1));
}

// The files that an Include names: relative ones lie beside the user's or the system's own.
std::vector<file::Path> included(const std::string& argument, const file::Path& folder) {
  const bool whole = argument.starts_with('/') || argument.starts_with('~');
  const std::string pattern = whole ? argument : (folder / argument).string();
  glob_t found{};
  const std::unique_ptr<glob_t, decltype(&::globfree)> owner(&found, &::globfree);
  if (::glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) != 0) return {};
  return {found.gl_pathv, found.gl_pathv + found.gl_pathc};
}

// read_config adds what `config` and the files that it includes give a meaning.
void read_config(const file::Path& config, const file::Path& own, std::vector<UsedName>& used) {
  std::vector<file::Path> files{config};
  for (std::size_t at = 0; at < files.size() && at < kMostFiles; ++at) {
    const file::Path file = files[at];
    if (std::find(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(at), file) !=
            files.begin() + static_cast<std::ptrdiff_t>(at) ||
        file == own) {
      continue;
    }
    const auto text = file::read_plain(file, kMostConfig);
    if (!text) continue;
    const ConfigPatterns found = patterns_of_config(text_of(*text));
    for (const std::string& pattern : found.patterns) used.push_back({pattern, file});
    for (const std::string& argument : found.includes) {
      const auto more = included(argument, config.parent_path());
      files.insert(files.end(), more.begin(), more.end());
    }
  }
}

// A line of known_hosts begins with names ("web,10.0.0.5", "[web]:2222"), a hash of one, or a
// marker.
void read_known_hosts(const file::Path& file, std::vector<UsedName>& used) {
  const auto text = file::read_plain(file, kMostConfig);
  if (!text) return;
  for (const std::string_view line : lines_of(text_of(*text))) {
    std::vector<std::string> words = words_of(line);
    if (!words.empty() && words[0].starts_with('@')) words.erase(words.begin());
    if (words.empty() || words[0].starts_with('|')) continue;
    std::vector<std::string> names;
    add_patterns(words[0], names);
    for (std::string& name : names) {
      if (name.starts_with('[')) name = name.substr(1, name.find(']') - 1);
      used.push_back({std::move(name), file});
    }
  }
}

void read_hosts(const file::Path& file, std::vector<UsedName>& used) {
  const auto text = file::read_plain(file, kMostConfig);
  if (!text) return;
  for (const std::string_view line : lines_of(text_of(*text))) {
    const std::vector<std::string> words = words_of(line);
    for (std::size_t i = 1; i < words.size(); ++i) used.push_back({words[i], file});
  }
}

bool is_number(std::string_view name) {
  const auto host = codec::parse_host(name);
  return !host || host->kind != codec::Host::Kind::name;
}

bool has_right(const keystore::CredentialRecord& record, const keystore::SshName& name) {
  const auto logins = codec::texts_member(record.rights, "logins");
  return logins && std::find(logins->begin(), logins->end(), name.login) != logins->end() &&
         std::any_of(record.hosts.begin(), record.hosts.end(),
                     [&](const keystore::SshHost& host) { return host.name == name.host; });
}

}  // namespace

std::vector<keystore::SshName> names_of_credential(const keystore::CredentialRecord& record,
                                                   std::string_view first) {
  auto logins = codec::texts_member(record.rights, "logins");
  if (!logins) return {};
  std::sort(logins->begin(), logins->end());
  std::vector<keystore::SshName> names;
  for (const keystore::SshHost& host : record.hosts) {
    for (const std::string& login : *logins) {
      std::string name(first);
      if (!names.empty()) name += "-" + host.name + (logins->size() > 1 ? "-" + login : "");
      names.push_back({std::move(name), host.name, login});
    }
  }
  return names;
}

std::vector<keystore::SshName> agreed_names(const keystore::CredentialRecord& record) {
  std::vector<keystore::SshName> names;
  if (record.ssh_names) {
    names = *record.ssh_names;
  } else if (!looks_like_a_machine(record.name)) {
    names = names_of_credential(record, record.name);
  }
  std::erase_if(names, [&](const keystore::SshName& name) { return !has_right(record, name); });
  return names;
}

bool looks_like_a_machine(std::string_view name) {
  return name.find('.') != name.npos || lower(name) == "localhost" || is_number(name);
}

ConfigPatterns patterns_of_config(std::string_view text) {
  ConfigPatterns found;
  for (const std::string_view line : lines_of(text)) {
    std::vector<std::string> words = words_of(line);
    const std::string keyword = words.empty() ? "" : lower(words[0]);
    if (keyword == "match") {  // where each '=' separates
      std::string apart(line);
      std::replace(apart.begin(), apart.end(), '=', ' ');
      words = words_of(apart);
    }
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (keyword == "include") found.includes.push_back(words[i]);
      if (keyword == "host") add_patterns(words[i], found.patterns);
      const bool names_hosts = lower(words[i]) == "host" || lower(words[i]) == "originalhost";
      if (keyword == "match" && names_hosts && i + 1 < words.size()) {
        add_patterns(words[++i], found.patterns);
      }
    }
  }
  return found;
}

std::vector<UsedName> used_names(const file::Path& config, const file::Path& own) {
  std::vector<UsedName> used;
  read_config(config, own, used);
  read_config(kSystemConfig, own, used);
  read_known_hosts(config.parent_path() / "known_hosts", used);
  read_hosts("/etc/hosts", used);
  return used;
}

std::string why_not_taken(std::string_view name, const std::vector<UsedName>& used,
                          const std::vector<keystore::CredentialRecord>& others) {
  if (is_number(name)) return "ssh reads it as an address";
  const auto known = std::find_if(used.begin(), used.end(), [&](const UsedName& one) {
    return fits(lower(name), lower(one.pattern));
  });
  if (known != used.end()) {
    return "it means something to ssh already (" + known->file.string() + ")";
  }
  for (const keystore::CredentialRecord& other : others) {
    for (const keystore::SshName& one : agreed_names(other)) {
      if (lower(one.alias) == lower(name)) return "your credential \"" + other.name + "\" has it";
    }
  }
  return {};
}

}  // namespace keyferry::wallet
