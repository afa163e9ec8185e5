// Between rights and OpenSSH certificates, both ways. The octets are written in ssh_certificate.cc
// and ssh_krl.cc.
#include "keyferry/credential/ssh_kind.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/array.hpp>

#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/credential/ssh_krl.h"
#include "keyferry/credential/ssh_rights.h"

namespace keyferry::credential {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::string_view kForceCommand = "force-command";
constexpr std::string_view kSourceAddress = "source-address";

// In the words of a person who takes the share.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kExtensionWords{{
    {"permit-pty", "have a terminal"},
    {"permit-port-forwarding", "reach other machines through it (port forwarding)"},
    {"permit-agent-forwarding", "use your own key agent from there"},
    {"permit-X11-forwarding", "show windows of programs there (X11 forwarding)"},
    {"permit-user-rc", "have the login's own ~/.ssh/rc run first"},
}};

std::string join(const std::set<std::string>& texts, std::string_view between,
                 std::string_view last) {
  std::string joined;
  std::size_t left = texts.size();
  for (const std::string& text : texts) {
    joined += text;
    if (--left > 0) joined += left == 1 ? last : between;
  }
  return joined;
}

std::set<std::string> split(std::string_view text, char between) {
  std::set<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(between);
    parts.emplace(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::uint64_t certificate_seconds(Time time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(unix_seconds(time), 0));
}

json::array array_of(const std::set<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

// rights_of reads the rights that a certificate gives, as the object of the interface.
Result<json::object> rights_of(const SshCertificate& certificate) {
  std::set<std::string> logins;
  std::set<std::string> hosts;
  for (const std::string& principal : certificate.principals) {
    const std::size_t at = principal.find('@');
    if (at == std::string::npos) {
      return fail(Errc::forbidden, "the certificate opens every host, not only the offered ones");
    }
    logins.insert(principal.substr(0, at));
    hosts.insert(principal.substr(at + 1));
  }
  json::object rights{{"logins", array_of(logins)}, {"hosts", array_of(hosts)}};
  const auto& options = certificate.critical_options;
  if (const auto found = options.find(std::string(kForceCommand)); found != options.end()) {
    rights.emplace("command", found->second);
  }
  if (const auto found = options.find(std::string(kSourceAddress)); found != options.end()) {
    rights.emplace("source", array_of(split(found->second, ',')));
  }
  json::array extensions;
  for (const auto& extension : certificate.extensions) extensions.emplace_back(extension.first);
  rights.emplace("extensions", std::move(extensions));
  return rights;
}

Result<Done> check_rights(const SshCertificate& certificate, const Rights& approved) {
  KF_TRY(const json::object object, rights_of(certificate));
  KF_TRY(const Rights rights, parse_rights(ssh_rights_schema(), object));
  Result<Done> narrower = check_narrower(ssh_rights_schema(), approved, rights);
  if (!narrower) return in_context("more than was offered", narrower.error());
  return Done{};
}

Result<Window> check_times(const SshCertificate& certificate, const Window& approved) {
  if (certificate.valid_after < certificate_seconds(approved.from - kWindowSkew) ||
      certificate.valid_before > certificate_seconds(approved.until)) {
    return fail(Errc::forbidden, "the certificate is valid outside the offered time");
  }
  return Window{.from = from_unix_seconds(static_cast<std::int64_t>(certificate.valid_after)),
                .until = from_unix_seconds(static_cast<std::int64_t>(certificate.valid_before))};
}

SshCertificate certificate_of(const IssueOrder& order, const crypto::PublicKey& issuer) {
  SshCertificate certificate{
      .key = order.holder,
      .serial = order.serial,
      .kind = 1,
      .key_id = order.share,
      .principals = ssh_principals(order.rights),
      .valid_after = certificate_seconds(std::chrono::ceil<seconds>(order.window.from)),
      .valid_before = certificate_seconds(order.window.until),
      .ca = issuer};
  if (const std::string* command = order.rights.text("command")) {
    certificate.critical_options.emplace(kForceCommand, *command);
  }
  if (const std::set<std::string>* source = order.rights.texts("source")) {
    certificate.critical_options.emplace(kSourceAddress, join(*source, ",", ","));
  }
  for (const std::string& extension : *order.rights.texts("extensions")) {
    certificate.extensions.emplace(extension, "");
  }
  return certificate;
}

class SshKind final : public Kind {
 public:
  std::string_view name() const override { return "ssh"; }
  std::string_view format() const override { return "ssh-certificate"; }
  std::string_view list_name() const override { return "ssh.krl"; }
  const RightsSchema& schema() const override { return ssh_rights_schema(); }

  std::string title(const Rights& rights) const override {
    constexpr std::size_t kShown = 3;
    const std::vector<std::string> principals = ssh_principals(rights);
    std::string title;
    for (std::size_t i = 0; i < std::min(kShown, principals.size()); ++i) {
      title.append(i == 0 ? "" : ", ").append(principals[i]);
    }
    if (principals.size() > kShown) {
      title += " and " + std::to_string(principals.size() - kShown) + " more";
    }
    return title;
  }

  std::vector<std::string> describe(const Rights& rights) const override {
    std::vector<std::string> lines{"log in as " + join(*rights.texts("logins"), ", ", " or ") +
                                   " on " + join(*rights.texts("hosts"), ", ", " or ")};
    const std::string* command = rights.text("command");
    lines.push_back(command ? "run this command and no other: " + *command : "run any command");
    const std::set<std::string>* source = rights.texts("source");
    lines.push_back(source ? "from " + join(*source, ", ", " or ") + " only" : "from anywhere");
    for (const auto& [extension, words] : kExtensionWords) {
      if (rights.texts("extensions")->contains(std::string(extension))) lines.emplace_back(words);
    }
    return lines;
  }

  std::string issue(const IssueOrder& order, ByteView random,
                    const crypto::PrivateKey& issuer) const override {
    const Bytes blob =
        issue_ssh_certificate(certificate_of(order, issuer.public_key()), random, issuer);
    return certificate_line(blob, {});
  }

  //= spec:transfer#5-approval
  Result<HeldCredential> check_issued(std::string_view credential, const Approval& approval,
                                      std::span<const crypto::PublicKey> issuers) const override {
    KF_TRY(const Bytes blob, parse_certificate_line(credential));
    KF_TRY(const SshCertificate certificate, parse_ssh_certificate(blob));
    if (std::ranges::find(issuers, certificate.ca) == issuers.end()) {
      return fail(Errc::cannot_open, "the certificate is not signed by a key of this authority");
    }
    if (certificate.kind != 1 || certificate.key != approval.holder) {
      return fail(Errc::forbidden, "the certificate is not a user certificate for your key");
    }
    KF_TRY(check_rights(certificate, approval.rights));
    KF_TRY(const Window window, check_times(certificate, approval.window));
    return HeldCredential{.share = certificate.key_id,
                          .serial = certificate.serial,
                          .window = window,
                          .issuer = certificate.ca};
  }

  Bytes encode_list(const RevocationList& list) const override {
    SshKrl krl{.version = list.number,
               .generated = list.issued,
               .comment = "keyferry list " + std::to_string(list.number),
               .keys = list.revoked_keys};
    for (const crypto::PublicKey& issuer : list.issuers) krl.sections.push_back({.ca = issuer});
    for (const RevokedCredential& revoked : list.revoked) {
      SshKrl::Section& section = section_of(krl, revoked.issuer);
      if (revoked.serial != 0) section.serials.insert(revoked.serial);
      if (!revoked.share.empty()) section.key_ids.insert(revoked.share);
    }
    return encode_ssh_krl(krl);
  }

 private:
  static SshKrl::Section& section_of(SshKrl& krl, const crypto::PublicKey& issuer) {
    const auto found = std::ranges::find(krl.sections, issuer, &SshKrl::Section::ca);
    if (found != krl.sections.end()) return *found;
    krl.sections.push_back({.ca = issuer});
    return krl.sections.back();
  }
};

}  // namespace

const Kind& ssh_kind() {
  static const SshKind kind;
  return kind;
}

}  // namespace keyferry::credential
