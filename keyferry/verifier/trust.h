// What `keyferry-authority export-trust` prints and an administrator brings to the verifier by a
// way of their own: the keys that this agent believes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keyferry/crypto/key.h"

namespace keyferry::verifier {

struct Trust {
  std::string authority;                       // its URL
  std::vector<crypto::PublicKey> list_keys;    // Ed25519; sign lists, issue nothing
  std::vector<crypto::PublicKey> ssh_ca_keys;  // what `closed` revokes
  std::vector<std::string> lists;              // names ("ssh.krl")
};

// parse_trust reads trust.json: {"authority": URL, "list_keys": [JWK…], "ssh_ca_keys":
// ["ssh-ed25519 AAAA…"…], "lists": [NAME…]}. Other members are ignored. At least one list key and
// one list. Errors: invalid, too_large.
Result<Trust> parse_trust(std::string_view text);

}  // namespace keyferry::verifier
