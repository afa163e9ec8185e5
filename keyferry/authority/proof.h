// Proofs of possession of the key to be certified (OpenID4VCI 1.0 appendix F.1, proof type `jwt`).
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/authority/refusal.h"
#include "keyferry/authority/server_keys.h"
#include "keyferry/base/clock.h"
#include "keyferry/crypto/key.h"

namespace keyferry::authority {

inline constexpr std::size_t kLabelCodePoints = 64;

struct KeyProof {
  crypto::PublicKey key;
  std::string thumbprint;
  // What the wallet calls itself, made safe to show; nothing from a foreign wallet.
  std::optional<std::string> label;
};

// parse_proofs takes the one JWT out of {"proofs": {"jwt": ["…"]}}. Refusals: `invalid_proof`
// (none, several, another proof type).
Verdict<std::string> parse_proofs(const boost::json::object& body);

// check_key_proof checks typ `openid4vci-proof+jwt` (first), key, signature, aud = `issuer` (one
// string), nonce, iat (± 120 s). Refusals: `invalid_proof`, `invalid_nonce`.
Verdict<KeyProof> check_key_proof(const ServerKeys& keys, std::string_view jwt,
                                  std::string_view issuer, Time now);

}  // namespace keyferry::authority
