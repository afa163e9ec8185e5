#include "keyferry/authority/proof.h"

#include "keyferry/authority/dpop.h"
#include "keyferry/authority/nonce.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"

namespace keyferry::authority {
namespace {

constexpr std::int64_t kLatestSeconds = 253402300799;  // the year 9999

Refusal bad(std::string description) {
  return {"invalid_proof", "key proof: " + std::move(description)};
}

//= spec:authority#2-label
//= spec:authority#2-label
std::optional<std::string> label_of(const boost::json::object& payload) {
  auto ours = codec::optional_object_member(payload, "keyferry");
  if (!ours || *ours == nullptr) return std::nullopt;
  auto text = codec::optional_text_member(**ours, "label");
  if (!text || !*text) return std::nullopt;
  auto label = codec::label(**text, kLabelCodePoints);
  if (!label || label->empty()) return std::nullopt;
  return *label;
}

std::optional<Refusal> fault_of_payload(const ServerKeys& keys, const boost::json::object& payload,
                                        std::string_view issuer, Time now) {
  auto audience = codec::text_member(payload, "aud");
  if (!audience || *audience != issuer) return bad("aud must be the issuer identifier");
  auto issued = codec::integer_member(payload, "iat", 0, kLatestSeconds);
  if (!issued) return bad("iat is missing");
  auto nonce = codec::text_member(payload, "nonce");
  if (!nonce || !nonce_is_current(keys, kCredentialNonce, *nonce, now)) {
    return Refusal{"invalid_nonce", "the key proof needs a current c_nonce of the nonce endpoint"};
  }
  const Duration ahead = from_unix_seconds(*issued) - now;
  if (ahead > kDpopSkew || ahead < -kDpopSkew) {
    return bad("iat is more than 120 s from the authority's clock; set your clock");
  }
  return std::nullopt;
}

}  // namespace

Verdict<std::string> parse_proofs(const boost::json::object& body) {
  auto proofs = codec::object_member(body, "proofs");
  if (!proofs) return bad("the request has no proofs");
  auto jwts = codec::texts_member(**proofs, "jwt");
  if (!jwts || (*proofs)->size() != 1) return bad("proofs must hold proof type jwt and no other");
  if (jwts->size() != 1) return bad("exactly one key is certified at a time");
  return jwts->front();
}

//= spec:authority#2-proof
//= spec:authority#2-proof
Verdict<KeyProof> check_key_proof(const ServerKeys& keys, std::string_view jwt,
                                  std::string_view issuer, Time now) {
  auto jws = crypto::parse_jws(jwt, "openid4vci-proof+jwt");
  if (!jws) return bad(jws.error().detail);
  auto jwk = codec::object_member(jws->header, "jwk");
  if (!jwk) return bad("the header has no jwk");
  auto key = crypto::parse_jwk(**jwk);
  if (!key) return bad(key.error().detail);
  if (!crypto::verify_jws(*jws, *key)) return bad("the signature is wrong");
  if (auto fault = fault_of_payload(keys, jws->payload, issuer, now)) return *fault;
  std::string thumbprint = crypto::jwk_thumbprint(*key);
  return KeyProof{*std::move(key), std::move(thumbprint), label_of(jws->payload)};
}

}  // namespace keyferry::authority
