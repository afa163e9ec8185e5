// Target: what the verifier agent reads (verifier/): the Date of an answer, settings, the trust
// file, and the payload of a signed list, signed here so that it gets past the signature.
#include <cstdlib>

#include "keyferry/codec/http_date.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/verifier/policy.h"
#include "keyferry/verifier/statement.h"

namespace {
void demand(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  using namespace keyferry::verifier;
  const std::string_view text = text_of({data, size});
  if (const auto date = codec::parse_http_date(text)) demand(text.size() == 29);
  if (const auto policy = parse_on_unreachable(text)) {
    demand(policy->kind != OnUnreachable::Kind::last_good || policy->limit.count() > 0);
  }
  if (const auto trust = parse_trust(text)) demand(!trust->list_keys.empty());
  const auto payload = codec::parse_json_object(text);
  if (!payload) return 0;
  static const auto key =
      *crypto::PrivateKey::from_secret(crypto::KeyType::ed25519, SecretBytes(Bytes(32, 1)));
  static const Trust trust{"", {key.public_key()}, {}, {"ssh.krl"}};
  const std::string jws = crypto::sign_jws({{"typ", "keyferry-list+jwt"}}, *payload, key);
  if (const auto said = verify_statement(jws, trust, "ssh.krl")) {
    demand(said->next_update > said->issued && said->position.epoch > 0);
    const auto step = decide_statement(*said, *said, said->issued);
    demand(step && *step == Step::keep);
  }
  return 0;
}
