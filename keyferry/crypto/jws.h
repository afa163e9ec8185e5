// Compact JWS (RFC 7515) with EdDSA (Ed25519) or ES256. No other algorithm exists here.
//
// Security notion: EUF-CMA, as that of the key (key.h). Whoever has a JWS of ES256 can make another
// of the same content: tell repetitions by a member of the payload, never by the octets.
#pragma once

#include <boost/json/object.hpp>

#include "keyferry/crypto/key.h"

namespace keyferry::crypto {

// Jws is a parsed, NOT yet verified, compact JWS.
struct Jws {
  boost::json::object header;
  boost::json::object payload;
  Bytes signing_input;  // the octets `header.payload` that the signature is over
  Bytes signature;
};

// sign_jws writes header.payload.signature. `header` gets `alg` set to what the key is.
std::string sign_jws(boost::json::object header, const boost::json::object& payload,
                     const PrivateKey& key);

// parse_jws splits and decodes strictly: three parts, base64url, header and payload JSON objects
// without duplicate members, `typ` equal to `typ` (compared exactly; checked first), no `crit`.
// At most 16 KiB. Errors: invalid.
Result<Jws> parse_jws(std::string_view compact, std::string_view typ);

// verify_jws checks that `alg` fits the key's type and the signature. Errors: cannot_open.
Result<Done> verify_jws(const Jws& jws, const PublicKey& key);

}  // namespace keyferry::crypto
