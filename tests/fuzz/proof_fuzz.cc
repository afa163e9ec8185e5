// Target: the three proofs that the authority takes: DPoP, the proof of a new key and a holder's
// assertion. The input is "HEADER\nPAYLOAD"; it is signed here with a fixed key, or no mutation
// would ever get past the signature. What passes says what it must.
#include "keyferry/authority/assertion.h"
#include "keyferry/authority/dpop.h"
#include "keyferry/authority/proof.h"
#include "keyferry/base/base64.h"
#include "keyferry/crypto/jwk.h"

namespace {

using namespace keyferry;

constexpr std::string_view kIssuer = "https://authority.example";
const Time kNow = from_unix_seconds(1790000000);

const crypto::PrivateKey& holder() {
  static const crypto::PrivateKey key =
      *crypto::PrivateKey::from_secret(crypto::KeyType::ed25519, SecretBytes(Bytes(32, 0x17)));
  return key;
}

const authority::ServerKeys& server() {
  static const authority::ServerKeys keys = [] {
    authority::ServerKeys made{
        .code = SecretBytes(Bytes(32, 1)), .pin = SecretBytes(Bytes(32, 2)), .nonce = {}};
    made.nonce.emplace_back(Bytes(32, 3));
    return made;
  }();
  return keys;
}

std::string compact_of(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view payload = end == input.size() ? "" : input.substr(end + 1);
  const std::string text =
      encode_base64url(bytes_of(input.substr(0, end))) + "." + encode_base64url(bytes_of(payload));
  return text + "." + encode_base64url(holder().sign(bytes_of(text)));
}

void check(std::string_view compact) {
  const std::string thumbprint = crypto::jwk_thumbprint(holder().public_key());
  const authority::DpopCall call{
      .method = "POST", .url = "https://authority.example/token", .access_token = std::nullopt};
  const auto dpop = authority::check_dpop(server(), compact, call, kNow);
  if (const auto* proof = std::get_if<authority::DpopProof>(&dpop)) {
    require(proof->thumbprint == thumbprint, "only the key that signed is proven");
    require(proof->stale || proof->forget > kNow, "a fresh proof is remembered");
  }
  const auto key = authority::check_key_proof(server(), compact, kIssuer, kNow);
  if (const auto* proof = std::get_if<authority::KeyProof>(&key)) {
    require(proof->key == holder().public_key() && proof->thumbprint == thumbprint,
            "only the key that signed is certified");
  }
  const auto parsed = authority::parse_assertion(compact);
  if (const auto* assertion = std::get_if<authority::HolderAssertion>(&parsed)) {
    const auto checked =
        authority::check_assertion(server(), *assertion, holder().public_key(), kIssuer, kNow);
    const auto* accepted = std::get_if<authority::CheckedAssertion>(&checked);
    require(accepted == nullptr || accepted->forget > kNow, "an assertion is remembered");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = text_of({data, size});
  check(input);
  check(compact_of(input));
  return 0;
}
