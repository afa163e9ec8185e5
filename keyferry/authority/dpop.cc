#include "keyferry/authority/dpop.h"

#include "keyferry/authority/nonce.h"
#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"

namespace keyferry::authority {
namespace {

constexpr std::int64_t kLatestSeconds = 253402300799;  // the year 9999

Refusal bad(std::string description) {
  return {"invalid_dpop_proof", "DPoP proof: " + std::move(description)};
}

std::string clock_words(Duration ahead) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ahead).count();
  return "iat is " + std::to_string(seconds < 0 ? -seconds : seconds) + " s " +
         (seconds < 0 ? "behind" : "ahead of") + " the authority's clock; set your clock";
}

// Freshness is looked at last, so that a caller with the right key always learns the nonce.
std::optional<Refusal> staleness(const ServerKeys& keys, const boost::json::object& payload,
                                 Time issued, Time now) {
  auto nonce = codec::text_member(payload, "nonce");
  if (!nonce || !nonce_is_current(keys, kDpopNonce, *nonce, now)) {
    return Refusal{"use_dpop_nonce", "the DPoP proof needs the nonce of the DPoP-Nonce header"};
  }
  const Duration ahead = issued - now;
  if (ahead > kDpopSkew || ahead < -kDpopSkew) return bad(clock_words(ahead));
  return std::nullopt;
}

// fault_of_call names the first member that does not fit the call, or nothing.
std::string fault_of_call(const boost::json::object& payload, const DpopCall& call) {
  auto method = codec::text_member(payload, "htm");
  if (!method || *method != call.method) return "htm is not the method of this call";
  auto url = codec::text_member(payload, "htu");
  if (!url || *url != call.url) return "htu is not the address of this call";
  if (!call.access_token) return {};
  auto hash = codec::text_member(payload, "ath");
  if (!hash || *hash != encode_base64url(digest::sha256(bytes_of(*call.access_token)))) {
    return "ath does not fit the access token";
  }
  return {};
}

}  // namespace

Verdict<DpopProof> check_dpop(const ServerKeys& keys, std::string_view proof, const DpopCall& call,
                              Time now) {
  auto jws = crypto::parse_jws(proof, "dpop+jwt");
  if (!jws) return bad(jws.error().detail);
  auto jwk = codec::object_member(jws->header, "jwk");
  if (!jwk) return bad("the header has no jwk");
  auto key = crypto::parse_jwk(**jwk);
  if (!key) return bad(key.error().detail);
  if (!crypto::verify_jws(*jws, *key)) return bad("the signature is wrong");
  if (auto fault = fault_of_call(jws->payload, call); !fault.empty()) return bad(fault);
  auto jti = codec::text_member(jws->payload, "jti");
  if (!jti || jti->empty()) return bad("jti is missing");
  auto issued = codec::integer_member(jws->payload, "iat", 0, kLatestSeconds);
  if (!issued) return bad("iat is missing");

  DpopProof checked;
  checked.thumbprint = crypto::jwk_thumbprint(*key);
  checked.jti = digest::sha256({bytes_of(checked.thumbprint), bytes_of(*jti)});
  checked.forget = from_unix_seconds(*issued) + kJtiMemory;
  checked.stale = staleness(keys, jws->payload, from_unix_seconds(*issued), now);
  return checked;
}

Refusal replayed() {
  return bad("it was used before; make a new one for each call");
}

}  // namespace keyferry::authority
