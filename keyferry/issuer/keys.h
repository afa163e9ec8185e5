// The authority's key files in [keys].path, each of mode 600:
//
//   ssh_ca.key     issues certificates (OpenSSH private key file, Ed25519)
//   list.key       signs revocation lists and issues nothing (the same format)
//   server.key     lines "code KEY", "pin KEY", "nonce KEY" (base64url of 32 octets); a second
//                  "nonce" line is the older key, which only checks
//
// They are not part of a ledger's backup: keep a copy of this folder apart from it.
#pragma once

#include <string>
#include <vector>

#include "keyferry/authority/server_keys.h"
#include "keyferry/crypto/key.h"
#include "keyferry/file/file.h"

namespace keyferry::issuer {

struct Keys {
  std::vector<crypto::PrivateKey> ssh_ca;  // the last one issues; all are trusted
  crypto::PrivateKey list;
  authority::ServerKeys server;

  const crypto::PrivateKey& issuing() const { return ssh_ca.back(); }
  // find_ca returns the CA key with that thumbprint, or nothing.
  const crypto::PrivateKey* find_ca(std::string_view thumbprint) const;
};

// make_keys draws new keys and writes their files; the folder is made with mode 700. Errors:
// conflict (a file exists: nothing is overwritten), io.
//
//= spec:authority#7-keys
Result<Done> make_keys(const file::Path& folder);

// load_keys reads them. Errors: not_found ("run keyferry-authority init"), forbidden (a mode that
// lets others read), invalid.
Result<Keys> load_keys(const file::Path& folder);

// ssh_ca_lines returns the CA keys as "ssh-ed25519 AAAA…", the issuing one last.
std::vector<std::string> ssh_ca_lines(const Keys& keys);

}  // namespace keyferry::issuer
