// Our side of tests/interop/jose_test.py.
//
//   jose_peer sign ed25519|p256 TYP PAYLOAD   a new key: {"jwk":…,"thumbprint":…,"jws":…}
//   jose_peer verify JWK TYP JWS              {"thumbprint":…,"payload":…} or {"error":…}
#include <iostream>
#include <span>

#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"

namespace {

using namespace keyferry;

boost::json::object sign(crypto::KeyType type, std::string_view typ,
                         const boost::json::object& payload) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate(type);
  boost::json::object jwk = crypto::encode_jwk(key.public_key());
  const boost::json::object header{{"typ", typ}, {"jwk", jwk}};
  return {{"jwk", std::move(jwk)},
          {"thumbprint", crypto::jwk_thumbprint(key.public_key())},
          {"jws", crypto::sign_jws(header, payload, key)}};
}

Result<boost::json::object> verify(std::string_view jwk, std::string_view typ,
                                   std::string_view compact) {
  KF_TRY(const boost::json::object members, codec::parse_json_object(jwk));
  KF_TRY(const crypto::PublicKey key, crypto::parse_jwk(members));
  KF_TRY(crypto::Jws jws, crypto::parse_jws(compact, typ));
  KF_TRY(crypto::verify_jws(jws, key));
  return boost::json::object{{"thumbprint", crypto::jwk_thumbprint(key)},
                             {"payload", std::move(jws.payload)}};
}

Result<boost::json::object> run(std::span<char*> arguments) {
  if (arguments.size() == 5 && std::string_view(arguments[1]) == "sign") {
    const auto type =
        std::string_view(arguments[2]) == "p256" ? crypto::KeyType::p256 : crypto::KeyType::ed25519;
    KF_TRY(const boost::json::object payload, codec::parse_json_object(arguments[4]));
    return sign(type, arguments[3], payload);
  }
  if (arguments.size() == 5 && std::string_view(arguments[1]) == "verify") {
    return verify(arguments[2], arguments[3], arguments[4]);
  }
  return fail(Errc::invalid, "usage: jose_peer sign|verify …");
}

}  // namespace

int main(int argc, char** argv) {
  const auto answer = run({argv, static_cast<std::size_t>(argc)});
  std::cout << keyferry::codec::encode_json(
                   answer ? *answer : boost::json::object{{"error", answer.error().detail}})
            << "\n";
}
