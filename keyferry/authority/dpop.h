// DPoP proofs (RFC 9449): the caller shows that it holds a key, for one call, once.
#pragma once

#include <optional>
#include <string>

#include "keyferry/authority/refusal.h"
#include "keyferry/authority/server_keys.h"
#include "keyferry/base/clock.h"
#include "keyferry/digest/hash.h"

namespace keyferry::authority {

// A proof's iat may differ from our clock by this much (RFC 9449 section 11.1 leaves it to us).
inline constexpr Duration kDpopSkew = std::chrono::seconds(120);
// A jti is remembered until iat + 10 min: longer than any nonce or iat lets the proof live.
inline constexpr Duration kJtiMemory = std::chrono::minutes(10);

// DpopCall is what the proof has to fit.
struct DpopCall {
  std::string method;                       // htm
  std::string url;                          // htu without query and fragment, octet for octet
  std::optional<std::string> access_token;  // demands ath = base64url(SHA-256(token))
};

// DpopProof is a proof whose signature and call were checked.
struct DpopProof {
  std::string thumbprint;  // of the key in the header (RFC 7638)
  digest::Sha256 jti{};    // SHA-256(thumbprint ‖ jti): to be stored once
  Time forget{};           // when the jti may be forgotten
  // Set when everything but the freshness is right: the nonce is missing or stale
  // ("use_dpop_nonce") or iat is too far off ("invalid_dpop_proof", naming the clock).
  std::optional<Refusal> stale;
};

// check_dpop checks in this order: form and typ `dpop+jwt`, key and signature, htm, htu, ath, then
// nonce and iat. A Refusal has error `invalid_dpop_proof`. The jti is the caller's to store: insert
// is check, in the transaction of the call.
//
//= spec:authority#3-dpop
Verdict<DpopProof> check_dpop(const ServerKeys& keys, std::string_view proof, const DpopCall& call,
                              Time now);

// replayed is the refusal of a proof whose jti was seen before.
Refusal replayed();

}  // namespace keyferry::authority
