// OpenSSH key revocation lists (PROTOCOL.krl), version 1, unsigned (our JWS beside it signs it).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/crypto/key.h"

namespace keyferry::credential {

// SshKrl revokes certificates of named CAs by serial and key id, and plain keys.
struct SshKrl {
  std::uint64_t version = 0;  // krl_version: our list number
  Time generated{};
  std::string comment;
  struct Section {
    crypto::PublicKey ca;
    std::set<std::uint64_t> serials;  // any values, all 64 bits
    std::set<std::string> key_ids;
  };
  std::vector<Section> sections;
  std::vector<crypto::PublicKey>
      keys;  // revoked outright: a CA key here refuses all its certificates
};

// encode_ssh_krl writes sections in order, serials as ascending lists, ranges where runs are long.
// An empty list is still a valid KRL that revokes nothing (an empty FILE would be read by sshd as a
// key list).
Bytes encode_ssh_krl(const SshKrl& krl);

// parse_ssh_krl reads what OpenSSH and we write: serial lists, ranges, bitmaps, key ids, explicit
// keys, SHA-1/SHA-256 fingerprints are refused. At most 64 MiB and 10 million serials. Errors:
// invalid, too_large.
Result<SshKrl> parse_ssh_krl(ByteView octets);

// revokes says whether the list refuses a certificate.
bool revokes(const SshKrl& krl, const crypto::PublicKey& ca, std::uint64_t serial,
             std::string_view key_id);

}  // namespace keyferry::credential
