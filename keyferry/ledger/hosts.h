// The hosts that the administrator named: address and host keys reach a receiver only from here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

struct Host {
  std::string name;     // credential::parse_ssh_host
  std::string address;  // IPv4, IPv6 (without brackets) or a DNS name
  int port = 22;
  std::vector<std::string> host_keys;  // "ssh-ed25519 AAAA…", without comment
  std::vector<std::string> host_cas;
};

// add_host stores a host. Errors: conflict (the name exists and `replace` is false).
Result<Done> add_host(Ledger& ledger, const Host& host, bool replace, Time now);

// all_hosts returns every host by name; find_host nothing where none has that name.
Result<std::vector<Host>> all_hosts(sql::Database& db);
Result<std::optional<Host>> find_host(sql::Database& db, std::string_view name);

}  // namespace keyferry::ledger
