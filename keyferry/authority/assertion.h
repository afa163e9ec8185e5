// Holder assertions: a holder proves the key of its credential at the token endpoint with the grant
// urn:ietf:params:oauth:grant-type:jwt-bearer (RFC 7523).
#pragma once

#include <string>

#include "keyferry/authority/id.h"
#include "keyferry/authority/refusal.h"
#include "keyferry/authority/server_keys.h"
#include "keyferry/base/clock.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/digest/hash.h"

namespace keyferry::authority {

inline constexpr Duration kAssertionLife = std::chrono::seconds(60);

// HolderAssertion is parsed and NOT yet verified: first find the key of the credential it names.
struct HolderAssertion {
  crypto::Jws jws;
  CredentialId credential;
};

// CheckedAssertion is what has to be stored once.
struct CheckedAssertion {
  digest::Sha256 jti{};  // SHA-256(thumbprint ‖ jti)
  Time forget{};         // exp, and at least as long as the DPoP rule
};

// parse_assertion checks typ `keyferry-holder+jwt` first, then that iss = sub is a credential id.
// Refusals: invalid_grant.
Verdict<HolderAssertion> parse_assertion(std::string_view compact);

// check_assertion checks the signature by `holder`, aud = `issuer` as one string, iat (± 120 s),
// exp (in the future, at most iat + 60 s), jti, and nonce = a current DPoP nonce. Refusals:
// invalid_grant, use_dpop_nonce.
//
//= spec:authority#2-holder
Verdict<CheckedAssertion> check_assertion(const ServerKeys& keys, const HolderAssertion& assertion,
                                          const crypto::PublicKey& holder, std::string_view issuer,
                                          Time now);

}  // namespace keyferry::authority
