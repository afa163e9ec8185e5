// Target: crypto::parse_jwk. What it accepts is written so that the exact reader takes it for the
// same key, and that key verifies nothing by accident.
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const auto object = codec::parse_json_object(text_of({data, size}));
  if (!object) return 0;
  const auto key = crypto::parse_jwk(*object);
  if (!key) return 0;
  require(crypto::parse_jwk_exact(crypto::encode_jwk(*key)) == *key, "a JWK comes back");
  require(crypto::PublicKey::parse(key->type(), key->raw()) == *key, "the key's octets come back");
  require(crypto::jwk_thumbprint(*key).size() == 43, "a thumbprint has 43 characters");
  require(!key->verify(bytes_of("never signed"), Bytes(64)), "zeros are no signature");
  return 0;
}
