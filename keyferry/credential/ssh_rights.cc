// What sshd enforces by itself in a certificate, and nothing else.
#include "keyferry/credential/ssh_rights.h"

#include <algorithm>
#include <array>

#include "keyferry/codec/text.h"
#include "keyferry/credential/cidr.h"

namespace keyferry::credential {
namespace {

constexpr std::array<std::string_view, 5> kExtensions{
    "permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty",
    "permit-user-rc"};
constexpr std::array<std::string_view, 1> kDefaultExtensions{"permit-pty"};

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

Result<std::string> parse_extension(std::string_view text) {
  if (std::ranges::find(kExtensions, text) == kExtensions.end()) {
    std::string known;
    for (std::string_view name : kExtensions) known.append(known.empty() ? "" : ", ").append(name);
    return fail(Errc::invalid, codec::quote(text) + " is no extension of sshd; there are " + known);
  }
  return std::string(text);
}

bool is_host_label(std::string_view part) {
  return !part.empty() && part.size() <= 63 && part.front() != '-' && part.back() != '-' &&
         std::ranges::all_of(part, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

Result<Done> check_principals(const Rights& rights) {
  const std::size_t pairs = rights.texts("logins")->size() * rights.texts("hosts")->size();
  if (pairs > kMostSshPrincipals) {
    return fail(Errc::invalid, "logins and hosts make " + std::to_string(pairs) +
                                   " pairs, and a certificate holds at most " +
                                   std::to_string(kMostSshPrincipals));
  }
  return Done{};
}

const std::array<Right, 5> kRights{{
    {.name = "logins",
     .order = RightOrder::subset,
     .presence = RightPresence::required,
     .parse_text = parse_ssh_login},
    {.name = "hosts",
     .order = RightOrder::subset,
     .presence = RightPresence::required,
     .parse_text = parse_ssh_host},
    {.name = "command",
     .order = RightOrder::fixed,
     .presence = RightPresence::optional,
     .parse_text = parse_ssh_command},
    {.name = "source",
     .order = RightOrder::networks,
     .presence = RightPresence::optional,
     .parse_text = parse_cidr},
    {.name = "extensions",
     .order = RightOrder::subset,
     .presence = RightPresence::defaulted,
     .parse_text = parse_extension,
     .least = 0,
     .root_default = kDefaultExtensions},
}};

}  // namespace

const RightsSchema& ssh_rights_schema() {
  static const RightsSchema schema{
      .verifier = "sshd", .rights = kRights, .check_whole = check_principals};
  return schema;
}

//= spec:authority#5-principals
std::vector<std::string> ssh_principals(const Rights& rights) {
  std::vector<std::string> principals;
  for (const std::string& login : *rights.texts("logins")) {
    for (const std::string& host : *rights.texts("hosts")) {
      principals.push_back(login + '@' + host);
    }
  }
  std::ranges::sort(principals);
  return principals;
}

//= spec:authority#3-names
Result<std::string> parse_ssh_login(std::string_view text) {
  const bool sound = !text.empty() && text.size() <= 32 &&
                     ((text.front() >= 'a' && text.front() <= 'z') || text.front() == '_') &&
                     std::ranges::all_of(
                         text, [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; });
  if (!sound) {
    return fail(Errc::invalid,
                codec::quote(text) +
                    " is no login: it has 1 to 32 of a-z 0-9 _ - and begins with a letter or _");
  }
  return std::string(text);
}

Result<std::string> parse_ssh_host(std::string_view text) {
  bool sound = text.size() <= 253;
  for (std::string_view rest = text; sound;) {
    const std::size_t dot = rest.find('.');
    sound = is_host_label(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (!sound) {
    return fail(Errc::invalid,
                codec::quote(text) +
                    " is no host name: it has a-z 0-9 - and dots, and no part of it begins or ends "
                    "with a hyphen");
  }
  return std::string(text);
}

Result<std::string> parse_ssh_command(std::string_view text) {
  constexpr std::size_t kMostCommand = 1024;
  if (text.size() > kMostCommand || !codec::is_visible(text)) {
    return fail(Errc::invalid,
                "a command has 1 to 1024 octets of visible characters and no space at its ends");
  }
  return std::string(text);
}

}  // namespace keyferry::credential
