// Where a credential opens, as its authority says, and how the wallet writes it down.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "keyferry/base/result.h"

namespace keyferry::keystore {

// SshHost is where a credential opens: from the authority's own answer only.
struct SshHost {
  std::string name;     // as in the rights
  std::string address;  // host name or IP address, checked: never a leading '-'
  std::uint16_t port = 22;
  std::vector<std::string> host_keys;  // "ssh-ed25519 AAAA…", type and base64 checked
  std::vector<std::string> host_cas;
  friend bool operator==(const SshHost&, const SshHost&) = default;
};

boost::json::array encode_hosts(const std::vector<SshHost>& hosts);

// parse_hosts reads the member `hosts` of an answer or a record. Errors: invalid, naming what is
// wrong.
Result<std::vector<SshHost>> parse_hosts(const boost::json::object& object);

}  // namespace keyferry::keystore
