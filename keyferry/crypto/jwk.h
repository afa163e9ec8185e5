// Public keys as JSON Web Keys (RFC 7517, 8037) and their thumbprints (RFC 7638).
#pragma once

#include <boost/json/object.hpp>

#include "keyferry/crypto/key.h"

namespace keyferry::crypto {

// encode_jwk writes {kty, crv, x[, y]}, nothing else.
boost::json::object encode_jwk(const PublicKey& key);

// parse_jwk reads a public key; members other than kty, crv, x, y are ignored, but a private member
// `d` is refused and the point is checked. Errors: invalid.
Result<PublicKey> parse_jwk(const boost::json::object& jwk);

// parse_jwk_exact is parse_jwk that refuses every other member too (transfer.md section 3).
Result<PublicKey> parse_jwk_exact(const boost::json::object& jwk);

// jwk_thumbprint is base64url(SHA-256(JSON with members in order crv, kty, x[, y], no white
// space)): 43 characters. It names one key: SHA-256 is collision-resistant, and a key that was
// checked has one spelling.
std::string jwk_thumbprint(const PublicKey& key);

}  // namespace keyferry::crypto
