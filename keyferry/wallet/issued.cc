#include "keyferry/wallet/issued.h"

#include <algorithm>
#include <cctype>

#include "keyferry/base/base64.h"
#include "keyferry/codec/host.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/ssh_wire.h"

namespace keyferry::wallet {
namespace {

bool only(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != marks.npos;
  });
}

bool is_address(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '-' && only(text, ".-:");
}

// One "TYPE BASE64" whose blob begins with TYPE; a comment behind it is dropped.
Result<std::string> parse_host_key(std::string_view line) {
  const Error wrong = fail(Errc::invalid, "a host key in the authority's answer is malformed");
  const std::size_t blank = line.find(' ');
  if (blank == line.npos) return wrong;
  const std::string_view type = line.substr(0, blank);
  const std::string_view rest = line.substr(blank + 1);
  const std::string_view data = rest.substr(0, rest.find(' '));
  if (type.empty() || type.size() > 64 || !only(type, "-@.")) return wrong;
  const auto blob = parse_base64(data);
  if (!blob) return wrong;
  codec::SshReader reader(*blob);
  const auto inner = reader.string();
  if (!inner || text_of(*inner) != type) return wrong;
  return std::string(type) + " " + std::string(data);
}

Result<std::vector<std::string>> keys_member(const boost::json::object& object,
                                             std::string_view name) {
  std::vector<std::string> keys;
  if (!object.contains(name)) return keys;
  KF_TRY(const std::vector<std::string> lines, codec::texts_member(object, name));
  for (const std::string& line : lines) {
    KF_TRY(std::string key, parse_host_key(line));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<SshHost> parse_host(const boost::json::object& object) {
  SshHost host;
  KF_TRY(host.name, codec::text_member(object, "name"));
  KF_TRY(host.address, codec::text_member(object, "address"));
  KF_TRY(const std::int64_t port, codec::integer_member(object, "port", 1, 65535));
  host.port = static_cast<std::uint16_t>(port);
  KF_TRY(host.host_keys, keys_member(object, "host_keys"));
  KF_TRY(host.host_cas, keys_member(object, "host_cas"));
  if (!is_address(host.name) || host.name.find(':') != host.name.npos ||
      !is_address(host.address)) {
    return fail(Errc::invalid, "a host in the authority's answer has a malformed name or address");
  }
  return host;
}

// An authority of before wrote down what its administrator typed. What is no address at all still
// goes to ssh as it stands, unless ssh would cut it at a colon.
Result<Done> spell_addresses(std::vector<SshHost>& hosts) {
  for (SshHost& host : hosts) {
    const auto spelled = codec::parse_host(host.address);
    if (spelled) {
      host.address = spelled->text;
    } else if (host.address.find(':') != host.address.npos) {
      return in_context("a host in the authority's answer", spelled.error());
    }
  }
  return Done{};
}

Result<credential::Window> window_of(const boost::json::object& object) {
  credential::Window window;
  KF_TRY(const std::string from, codec::text_member(object, "valid_from"));
  KF_TRY(const std::string until, codec::text_member(object, "valid_until"));
  KF_TRY(window.from, codec::parse_rfc3339(from));
  KF_TRY(window.until, codec::parse_rfc3339(until));
  return window;
}

Result<std::string> first_credential(const boost::json::object& answer) {
  const boost::json::value* list = answer.if_contains("credentials");
  if (list == nullptr || !list->is_array() || list->get_array().size() != 1 ||
      !list->get_array()[0].is_object()) {
    return fail(Errc::invalid, "the authority's answer does not hold one credential");
  }
  return codec::text_member(list->get_array()[0].get_object(), "credential");
}

Result<Done> read_extras(const credential::Kind& kind, const boost::json::object& object,
                         IssuedAnswer& issued) {
  KF_TRY(issued.credential_id, codec::text_member(object, "credential_id"));
  KF_TRY(issued.share, codec::text_member(object, "share"));
  KF_TRY(const boost::json::object* rights, codec::object_member(object, "rights"));
  KF_TRY(issued.rights, credential::parse_rights(kind.schema(), *rights));
  KF_TRY(issued.window, window_of(object));
  KF_TRY(const std::optional<bool> renew, codec::optional_bool_member(object, "renew"));
  issued.renew = renew.value_or(false);
  KF_TRY(issued.depth, codec::optional_integer_member(object, "depth", 0, 64));
  KF_TRY(issued.hosts, parse_hosts(object));
  KF_TRY(spell_addresses(issued.hosts));
  if (issued.credential_id.size() > 64 || !only(issued.credential_id, "-_") ||
      issued.share.size() > 64 || !only(issued.share, "-_")) {
    return fail(Errc::invalid, "the authority's answer has a malformed id");
  }
  return Done{};
}

}  // namespace

boost::json::array encode_hosts(const std::vector<SshHost>& hosts) {
  boost::json::array array;
  for (const SshHost& host : hosts) {
    boost::json::object object{{"name", host.name}, {"address", host.address}, {"port", host.port}};
    object["host_keys"] = boost::json::array(host.host_keys.begin(), host.host_keys.end());
    object["host_cas"] = boost::json::array(host.host_cas.begin(), host.host_cas.end());
    array.push_back(std::move(object));
  }
  return array;
}

Result<std::vector<SshHost>> parse_hosts(const boost::json::object& object) {
  std::vector<SshHost> hosts;
  const boost::json::value* list = object.if_contains("hosts");
  if (list == nullptr) return hosts;
  if (!list->is_array()) return fail(Errc::invalid, "member \"hosts\" must be an array");
  for (const boost::json::value& entry : list->get_array()) {
    if (!entry.is_object()) return fail(Errc::invalid, "member \"hosts\" must hold objects");
    KF_TRY(SshHost host, parse_host(entry.get_object()));
    hosts.push_back(std::move(host));
  }
  return hosts;
}

Result<IssuedAnswer> parse_issued(const credential::Kind& kind, const boost::json::object& answer) {
  IssuedAnswer issued;
  KF_TRY(issued.credential, first_credential(answer));
  KF_TRY(const auto notification, codec::optional_text_member(answer, "notification_id"));
  issued.notification_id = notification.value_or("");
  KF_TRY(const boost::json::object* ours, codec::object_member(answer, "keyferry"));
  if (auto fine = read_extras(kind, *ours, issued); !fine) return fine.error();
  return issued;
}

Result<credential::HeldCredential> check_issued_answer(const credential::Kind& kind,
                                                       const IssuedAnswer& answer,
                                                       const credential::Approval& approval,
                                                       std::span<const crypto::PublicKey> issuers) {
  if (auto fine = credential::check_narrower(kind.schema(), approval.rights, answer.rights);
      !fine) {
    return fine.error();
  }
  if (auto fine = credential::check_window_inside(approval.window, answer.window); !fine) {
    return fine.error();
  }
  const credential::Approval said{approval.holder, answer.rights, answer.window};
  KF_TRY(credential::HeldCredential held, kind.check_issued(answer.credential, said, issuers));
  if (held.share != answer.share) {
    return fail(Errc::forbidden, "the credential names another share than the answer does");
  }
  const auto* names = answer.rights.texts("hosts");
  for (const SshHost& host : answer.hosts) {
    if (names == nullptr || !names->contains(host.name)) {
      return fail(Errc::forbidden, "the answer names a host that is not in the rights");
    }
  }
  return held;
}

}  // namespace keyferry::wallet
