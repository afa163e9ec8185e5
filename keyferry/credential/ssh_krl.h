// OpenSSH key revocation lists (PROTOCOL.krl), version 1, unsigned (our JWS beside it signs it).
//
//   u64 "SSHKRL\n\0" ‖ u32 1 ‖ u64 list number ‖ u64 generated, Unix seconds ‖ u64 flags, 0 ‖
//   string reserved, empty ‖ string comment ‖ sections: u8 type ‖ string body
//
//   1 certificates: string CA key ‖ string reserved, empty ‖ parts: u8 type ‖ string body
//       0x20 list: u64 serial, …         0x22 bitmap: u64 offset ‖ mpint, bit n = serial offset + n
//       0x21 range: u64 first ‖ u64 last 0x23 key ids: string, …
//   2 explicit keys: string key, …
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/credential/serial_set.h"
#include "keyferry/crypto/key.h"

namespace keyferry::credential {

// SshKrl revokes certificates of named CAs by serial and key id, and plain keys.
struct SshKrl {
  std::uint64_t version = 0;  // krl_version: our list number
  Time generated{};
  std::string comment{};
  struct Section {
    crypto::PublicKey ca;
    SerialSet serials{};
    std::set<std::string> key_ids{};
  };
  std::vector<Section> sections{};
  // Revoked outright: a CA key here refuses all its certificates.
  std::vector<crypto::PublicKey> keys{};
};

// encode_ssh_krl writes sections in order, runs of up to three serials as one ascending list,
// longer ones as ranges, key ids ascending. An empty KRL is still valid and revokes nothing (an
// empty FILE would be read by sshd as a list of keys).
Bytes encode_ssh_krl(const SshKrl& krl);

// parse_ssh_krl reads what OpenSSH and we write: serial lists, ranges, bitmaps, key ids, explicit
// Ed25519 and P-256 keys. Refused are fingerprints, signature and extension sections, sections for
// any CA (none named), serial 0, and other keys: a part that is skipped could be the one that
// revokes. Sections of the same CA are kept apart. At most 64 MiB and 10 million serials or ranges.
// Errors: invalid, too_large.
Result<SshKrl> parse_ssh_krl(ByteView octets);

// revokes says whether the list refuses a certificate of `ca`: by serial, by key id, or because the
// CA key itself is revoked. The certificate's own key is asked for with revokes_key.
bool revokes(const SshKrl& krl, const crypto::PublicKey& ca, std::uint64_t serial,
             std::string_view key_id);
bool revokes_key(const SshKrl& krl, const crypto::PublicKey& key);

}  // namespace keyferry::credential
