// Target: crypto::parse_jws and verify_jws, with the key that the header carries (as in a DPoP
// proof). What parses is put together again to the same text.
#include "keyferry/base/base64.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string_view compact = text_of({data, size});
  const auto jws = crypto::parse_jws(compact, "dpop+jwt");
  if (!jws) return 0;
  const std::string again =
      std::string(text_of(jws->signing_input)) + "." + encode_base64url(jws->signature);
  require(again == compact, "a JWS comes back");
  const boost::json::value* jwk = jws->header.if_contains("jwk");
  if (jwk == nullptr || !jwk->is_object()) return 0;
  const auto key = crypto::parse_jwk(jwk->get_object());
  if (!key || !crypto::verify_jws(*jws, *key)) return 0;
  const std::string_view alg = key->type() == crypto::KeyType::p256 ? "ES256" : "EdDSA";
  require(jws->header.at("alg").as_string() == alg, "only the key's own algorithm verifies");
  return 0;
}
