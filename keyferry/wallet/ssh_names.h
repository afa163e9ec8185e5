// Which names ssh knows a credential by: `ssh NAME`. A name is taken only where the person chose it
// or saw it and agreed, and never one that means something to ssh already.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keyferry/keystore/credential_record.h"

namespace keyferry::wallet {

// names_of_credential is what its hosts and logins would be called: the first `first`, the others
// FIRST-HOST, and FIRST-HOST-LOGIN where there are several logins. Pure.
std::vector<keystore::SshName> names_of_credential(const keystore::CredentialRecord& record,
                                                   std::string_view first);

// agreed_names are those of a credential that the person agreed to, as far as its rights still hold
// their host and login. A credential that was taken by a version before has what that version gave
// it, unless it looks like a machine of the network. Pure.
std::vector<keystore::SshName> agreed_names(const keystore::CredentialRecord& record);

// looks_like_a_machine: a name with a dot, "localhost", and numbers that ssh reads as an address
// ("2130706433"). Such a name is not taken from outside. Pure.
bool looks_like_a_machine(std::string_view name);

// UsedName is a pattern that means something to ssh already, and the file that says so.
struct UsedName {
  std::string pattern;  // as in a Host line
  file::Path file;
};

// patterns_of_config reads the patterns of every Host line and of `host` and `originalhost` in
// every Match line, and the arguments of every Include line, of one ssh_config text. Negated
// patterns, and those that name every host ("*"), are left out. Pure.
struct ConfigPatterns {
  std::vector<std::string> patterns;
  std::vector<std::string> includes;
};
ConfigPatterns patterns_of_config(std::string_view text);

// used_names reads what the person's ~/.ssh/config (`config`) and /etc/ssh/ssh_config give a
// meaning, with the files that they include but for `own`; the plain names in known_hosts beside
// `config`; and /etc/hosts. What cannot be read is left out: ssh could not read it either.
std::vector<UsedName> used_names(const file::Path& config, const file::Path& own);

// why_not_taken says why `name` may not become a name of ssh, or nothing where it may: it is
// numbers that ssh reads as an address, means something already (`used`, ignoring case), or is
// another credential's. Pure.
std::string why_not_taken(std::string_view name, const std::vector<UsedName>& used,
                          const std::vector<keystore::CredentialRecord>& others);

}  // namespace keyferry::wallet
