#include "keyferry/client/proofs.h"

#include <boost/json/object.hpp>

#include "keyferry/base/base64.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/digest/hash.h"

namespace keyferry::client {

//= spec:tigress#CHT-01
std::string make_dpop(const crypto::PrivateKey& key, const DpopClaims& claims, Time now) {
  boost::json::object header{{"typ", "dpop+jwt"}, {"jwk", crypto::encode_jwk(key.public_key())}};
  boost::json::object payload{
      {"jti", claims.jti}, {"htm", claims.method}, {"htu", claims.url}, {"iat", unix_seconds(now)}};
  if (!claims.nonce.empty()) payload["nonce"] = claims.nonce;
  if (!claims.token.empty()) {
    payload["ath"] = encode_base64url(digest::sha256(bytes_of(claims.token)));
  }
  return crypto::sign_jws(std::move(header), payload, key);
}

std::string make_key_proof(const crypto::PrivateKey& key, const std::string& issuer,
                           const std::string& nonce, const std::string& label, Time now) {
  boost::json::object header{{"typ", "openid4vci-proof+jwt"},
                             {"jwk", crypto::encode_jwk(key.public_key())}};
  boost::json::object payload{{"aud", issuer}, {"iat", unix_seconds(now)}, {"nonce", nonce}};
  if (!label.empty()) payload["keyferry"] = boost::json::object{{"label", label}};
  return crypto::sign_jws(std::move(header), payload, key);
}

std::string make_holder_assertion(const crypto::PrivateKey& key, const std::string& credential_id,
                                  const std::string& issuer, const std::string& nonce,
                                  const std::string& jti, Time now) {
  boost::json::object header{{"typ", "keyferry-holder+jwt"}};
  const boost::json::object payload{{"iss", credential_id},
                                    {"sub", credential_id},
                                    {"aud", issuer},
                                    {"iat", unix_seconds(now)},
                                    {"exp", unix_seconds(now) + 60},
                                    {"jti", jti},
                                    {"nonce", nonce}};
  return crypto::sign_jws(std::move(header), payload, key);
}

}  // namespace keyferry::client
