// What the tests of this folder share: an authority's keys and lists.
#pragma once

#include <string>

#include "keyferry/base/base64.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_krl.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/verifier/statement.h"
#include "keyferry/verifier/trust.h"

namespace keyferry::verifier {

inline const Time kNow = *codec::parse_rfc3339("2026-11-25T12:00:00Z");

inline crypto::PrivateKey test_key(std::uint8_t which,
                                   crypto::KeyType type = crypto::KeyType::ed25519) {
  return *crypto::PrivateKey::from_secret(type, SecretBytes(Bytes(32, which)));
}

inline Trust test_trust() {
  return Trust{
      "https://auth.example", {test_key(1).public_key()}, {test_key(9).public_key()}, {"ssh.krl"}};
}

// test_list revokes certificate `serial` of the CA of test_trust.
inline Bytes test_list(std::uint64_t serial) {
  credential::SshKrl list;
  list.version = serial;
  list.generated = kNow;
  list.sections.push_back({test_key(9).public_key(), {}, {}});
  list.sections.back().serials.insert(serial);
  return credential::encode_ssh_krl(list);
}

inline boost::json::object test_payload(std::uint64_t epoch, std::uint64_t number, ByteView list) {
  return {{"name", "ssh.krl"},
          {"epoch", epoch},
          {"number", number},
          {"issued", "2026-11-25T11:59:00Z"},
          {"next_update", "2026-11-26T12:00:00Z"},
          {"sha256", encode_base64url(digest::sha256(list))},
          {"audit_head", encode_base64url(digest::sha256(list))}};
}

inline std::string test_jws(const boost::json::object& payload,
                            const crypto::PrivateKey& key = test_key(1),
                            std::string_view typ = "keyferry-list+jwt") {
  return crypto::sign_jws({{"typ", typ}, {"kid", crypto::jwk_thumbprint(key.public_key())}},
                          payload, key);
}

inline Statement test_statement(std::uint64_t epoch, std::uint64_t number, ByteView list) {
  return {"ssh.krl", {epoch, number}, kNow, kNow + std::chrono::hours(24), digest::sha256(list)};
}

}  // namespace keyferry::verifier
