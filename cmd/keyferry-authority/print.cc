#include "print.h"

#include <cstdio>
#include <map>
#include <string>

#include "revocation_words.h"

#include "keyferry/codec/json.h"

namespace keyferry::cmd {
namespace {

using boost::json::object;

std::string text(const object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

const boost::json::array& items(const object& from, std::string_view name) {
  static const boost::json::array none;
  const auto* value = from.if_contains(name);
  return value && value->is_array() ? value->get_array() : none;
}

const object& inner(const object& from, std::string_view name) {
  static const object none;
  const auto* value = from.if_contains(name);
  return value && value->is_object() ? value->get_object() : none;
}

std::string joined(const boost::json::array& words) {
  std::string out;
  for (const auto& word : words) {
    out += (out.empty() ? "" : ", ") + std::string(word.get_string());
  }
  return out;
}

// access is "deploy@web" for an SSH share.
std::string access(const object& share) {
  const object& rights = inner(share, "rights");
  return joined(items(rights, "logins")) + "@" + joined(items(rights, "hosts"));
}

void print_share(const object& share, int level) {
  const object& holder = inner(share, "holder");
  std::string who;
  if (!holder.empty()) {
    const std::string label = text(holder, "label");
    who = label.empty() ? "  unnamed" : "  calls itself \"" + label + "\"";
    who += " " + text(holder, "fingerprint");
  }
  std::printf("%*s%s  %-8s  %s  until %s%s\n", 2 * level, "", text(share, "share").c_str(),
              text(share, "state").c_str(), access(share).c_str(),
              text(share, "valid_until").c_str(), who.c_str());
}

using Children = std::multimap<std::string, const object*>;

void print_tree(const Children& children, const std::string& parent, int level) {
  const auto [first, last] = children.equal_range(parent);
  for (auto it = first; it != last; ++it) {
    print_share(*it->second, level);
    print_tree(children, text(*it->second, "share"), level + 1);
  }
}

}  // namespace

void print_json(const object& answer) {
  std::printf("%s\n", codec::encode_json(answer).c_str());
}

object offer_summary(const object& answer) {
  object summary{{"offer", text(answer, "offer")}};
  if (answer.contains("pin")) summary["pin"] = text(answer, "pin");
  for (std::string_view name : {"share", "link_until", "valid_until"}) {
    summary[name] = text(answer, name);
  }
  return summary;
}

void print_offer(const object& answer) {
  std::printf("%s\n", text(answer, "offer").c_str());
  const std::string pin = text(answer, "pin");
  if (!pin.empty()) std::printf("%s\n", pin.c_str());
  std::fflush(stdout);
  std::fprintf(stderr, "%s %s until %s\n",
               pin.empty() ? "whoever takes this offer first gets"
                           : "whoever takes this offer first and knows the PIN gets",
               text(answer, "title").c_str(), text(answer, "valid_until").c_str());
  for (const auto& sentence : items(answer, "words")) {
    std::fprintf(stderr, "  %s\n", sentence.get_string().c_str());
  }
  std::fprintf(stderr, "it can be taken until %s; to end it: keyferry-authority revoke %s\n",
               text(answer, "link_until").c_str(), text(answer, "share").c_str());
  if (!pin.empty()) std::fprintf(stderr, "the PIN is on the second line: tell it by another way\n");
}

void print_hosts(const object& answer) {
  for (const auto& value : items(answer, "hosts")) {
    const object& host = value.get_object();
    std::printf(
        "%s  %s:%lld  %s\n", text(host, "name").c_str(), text(host, "address").c_str(),
        static_cast<long long>(host.at("port").to_number<std::int64_t>()),
        joined(items(host, items(host, "host_keys").empty() ? "host_cas" : "host_keys")).c_str());
  }
}

void print_shares(const object& answer) {
  Children children;
  for (const auto& value : items(answer, "shares")) {
    const object& share = value.get_object();
    children.emplace(text(share, "parent"), &share);
  }
  print_tree(children, "", 0);
  if (children.empty()) std::fprintf(stderr, "there are no shares yet\n");
}

void print_revoked(const object& answer) {
  for (const auto& share : items(answer, "revoked")) {
    std::printf("revoked %s\n", share.get_string().c_str());
  }
  for (const auto& line : revocation_words(answer)) std::fprintf(stderr, "%s\n", line.c_str());
}

void print_verifiers(const object& answer) {
  for (const auto& value : items(answer, "verifiers")) {
    const object& verifier = value.get_object();
    std::printf("%s  key %s", text(verifier, "name").c_str(), text(verifier, "thumbprint").c_str());
    if (items(verifier, "lists").empty()) std::printf("  never heard");
    for (const auto& entry : items(verifier, "lists")) {
      const object& list = entry.get_object();
      std::printf("  %s %lld, heard %s", text(list, "name").c_str(),
                  static_cast<long long>(list.at("number").to_number<std::int64_t>()),
                  text(list, "heard").c_str());
    }
    std::printf("\n");
  }
  if (items(answer, "verifiers").empty()) {
    std::fprintf(stderr, "no verifier is recorded; on its host: keyferry-verifier init\n");
  }
}

// Everything stays within the Match block, so that other logins never depend on keyferry. The
// command prints the one name that a certificate for this host holds, whoever has it.
std::string sshd_drop_in(const object& answer) {
  const auto host = text(answer, "host");
  std::string users;
  for (const auto& login : items(answer, "logins")) {
    users += (users.empty() ? "" : ",") + std::string(login.get_string());
  }
  return "Match User " + users +
         "\n"
         "  TrustedUserCAKeys /etc/ssh/keyferry_ca.pub\n"
         "  RevokedKeys /var/lib/keyferry-verifier/ssh.krl\n"
         "  AuthorizedPrincipalsCommand /bin/echo %u@" +
         host +
         "\n"
         "  AuthorizedPrincipalsCommandUser nobody\n"
         "Match all\n";
}

void print_sshd(const object& answer) {
  std::printf("# /etc/ssh/keyferry_ca.pub\n");
  for (const auto& line : items(answer, "ssh_ca_keys")) {
    std::printf("%s\n", line.get_string().c_str());
  }
  std::printf(
      "\n# /etc/ssh/sshd_config.d/keyferry.conf (start keyferry-verifier first: it writes\n"
      "# the list, and sshd refuses every key while that file is missing)\n");
  if (answer.contains("logins")) {
    std::printf("%s", sshd_drop_in(answer).c_str());
    return;
  }
  std::fprintf(stderr,
               "sshd refuses a login without its principals file. With --login LOGIN (again for "
               "more) no such file is needed.\n");
  std::printf(
      "TrustedUserCAKeys /etc/ssh/keyferry_ca.pub\n"
      "RevokedKeys /var/lib/keyferry-verifier/ssh.krl\n"
      "AuthorizedPrincipalsFile /etc/keyferry/principals/%%u\n");
  for (const auto& [login, names] : inner(answer, "principals")) {
    std::printf("\n# /etc/keyferry/principals/%s\n", std::string(login).c_str());
    for (const auto& name : names.get_array()) std::printf("%s\n", name.get_string().c_str());
  }
}

}  // namespace keyferry::cmd
