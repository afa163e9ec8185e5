#include "keyferry/authority/assertion.h"

#include "keyferry/authority/dpop.h"
#include "keyferry/authority/nonce.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"

namespace keyferry::authority {
namespace {

constexpr std::int64_t kLatestSeconds = 253402300799;  // the year 9999

Refusal bad(std::string description) {
  return {"invalid_grant", "holder assertion: " + std::move(description)};
}

}  // namespace

Verdict<HolderAssertion> parse_assertion(std::string_view compact) {
  auto jws = crypto::parse_jws(compact, "keyferry-holder+jwt");
  if (!jws) return bad(jws.error().detail);
  auto issuer = codec::text_member(jws->payload, "iss");
  auto subject = codec::text_member(jws->payload, "sub");
  if (!issuer || !subject || *issuer != *subject)
    return bad("iss and sub must be one credential id");
  auto credential = CredentialId::parse(*issuer);
  if (!credential) return bad("no such credential, or the signature is not by its key");
  return HolderAssertion{*std::move(jws), *std::move(credential)};
}

Verdict<CheckedAssertion> check_assertion(const ServerKeys& keys, const HolderAssertion& assertion,
                                          const crypto::PublicKey& holder, std::string_view issuer,
                                          Time now) {
  const auto& payload = assertion.jws.payload;
  if (!crypto::verify_jws(assertion.jws, holder)) {
    return bad("no such credential, or the signature is not by its key");
  }
  auto audience = codec::text_member(payload, "aud");
  if (!audience || *audience != issuer) return bad("aud must be the issuer identifier");
  auto jti = codec::text_member(payload, "jti");
  if (!jti || jti->empty()) return bad("jti is missing");
  auto issued = codec::integer_member(payload, "iat", 0, kLatestSeconds);
  auto expires = codec::integer_member(payload, "exp", 0, kLatestSeconds);
  if (!issued || !expires) return bad("iat or exp is missing");
  if (from_unix_seconds(*expires) > from_unix_seconds(*issued) + kAssertionLife) {
    return bad("exp may be at most 60 s after iat");
  }
  auto nonce = codec::text_member(payload, "nonce");
  if (!nonce || !nonce_is_current(keys, kDpopNonce, *nonce, now)) {
    return Refusal{"use_dpop_nonce", "the assertion needs the nonce of the DPoP-Nonce header"};
  }
  const Duration ahead = from_unix_seconds(*issued) - now;
  if (ahead > kDpopSkew || ahead < -kDpopSkew || from_unix_seconds(*expires) + kDpopSkew <= now) {
    return bad("iat and exp do not fit the authority's clock; set your clock");
  }
  return CheckedAssertion{
      digest::sha256({bytes_of(crypto::jwk_thumbprint(holder)), bytes_of(*jti)}),
      from_unix_seconds(*issued) + kJtiMemory};
}

}  // namespace keyferry::authority
