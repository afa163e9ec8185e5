// The rights of the kind `ssh`, as sshd enforces them (docs/authority.md, "Rights of ssh").
//
//   logins      set, required    [a-z_][a-z0-9_-]{0,31}
//   hosts       set, required    names the administrator gave: letters, digits, hyphens and dots
//   command     text, optional   forced command
//   source      set, optional    CIDR, IPv4 and IPv6
//   extensions  set, defaulted   permit-pty …; may be empty; a root's default is permit-pty
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/credential/rights.h"

namespace keyferry::credential {

// kMostSshPrincipals is OpenSSH's own limit (SSHKEY_CERT_MAX_PRINCIPALS): logins × hosts.
inline constexpr std::size_t kMostSshPrincipals = 256;

const RightsSchema& ssh_rights_schema();

// ssh_principals is LOGIN@HOST for every pair, in ascending order. Never a bare login: that would
// open every host that trusts the CA.
std::vector<std::string> ssh_principals(const Rights& rights);

// parse_ssh_login and parse_ssh_host check one name and return it. A host name has at most 253
// characters, lower-case labels of 1 to 63 that neither begin nor end with a hyphen. Errors:
// invalid, with a detail that quotes nothing unprintable.
Result<std::string> parse_ssh_login(std::string_view text);
Result<std::string> parse_ssh_host(std::string_view text);

// parse_ssh_command takes 1 to 1024 octets of UTF-8 that begin and end with a visible character
// and hold no control, format or other invisible character: what a person approves is what runs.
// Errors: invalid.
Result<std::string> parse_ssh_command(std::string_view text);

}  // namespace keyferry::credential
