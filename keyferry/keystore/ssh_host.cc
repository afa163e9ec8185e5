// Everything is checked here, before ssh or a file sees it: an address that begins with '-' would
// be an option, and a key's blob has to name the type that its line names.
#include "keyferry/keystore/ssh_host.h"

#include <algorithm>
#include <cctype>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/ssh_wire.h"

namespace keyferry::keystore {
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

}  // namespace keyferry::keystore
