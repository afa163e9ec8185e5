// The three signed proofs of a wallet: DPoP (RFC 9449), the key proof of OpenID4VCI, and the
// holder's assertion. Their `typ` keeps them apart. Pure: key, time and jti come in.
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/crypto/key.h"

namespace keyferry::client {

// DpopClaims: `url` is the request's address without query and fragment; `token` the access token
// that goes with the request, if any.
struct DpopClaims {
  std::string method;
  std::string url;
  std::string nonce;  // empty: none known yet
  std::string token;  // empty: none
  std::string jti;
};

// make_dpop writes the value of the header DPoP.
std::string make_dpop(const crypto::PrivateKey& key, const DpopClaims& claims, Time now);

// make_key_proof writes a proof of possession for the credential endpoint: `nonce` is a c_nonce;
// `label` is what the wallet calls itself, empty for nothing.
std::string make_key_proof(const crypto::PrivateKey& key, const std::string& issuer,
                           const std::string& nonce, const std::string& label, Time now);

// make_holder_assertion writes the jwt-bearer assertion by which a holder gets an access token for
// the share calls; it lives 60 s and works once.
std::string make_holder_assertion(const crypto::PrivateKey& key, const std::string& credential_id,
                                  const std::string& issuer, const std::string& nonce,
                                  const std::string& jti, Time now);

}  // namespace keyferry::client
