// What an authority says of itself (OpenID4VCI issuer metadata and RFC 8414), checked before it is
// used: every endpoint is https on the issuer's own origin.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/result.h"
#include "keyferry/crypto/key.h"

namespace keyferry::client {

struct IssuerMetadata {
  std::string issuer;  // octet for octet as in the offer
  std::string token_endpoint;
  std::string credential_endpoint;
  std::string nonce_endpoint;
  std::string notification_endpoint;  // empty: none
  bool dpop = false;
  std::map<std::string, std::string> formats;         // configuration id → credential format
  std::map<std::string, crypto::KeyType> proof_keys;  // configuration id → the key to make
  std::vector<std::string> relays;                    // base addresses, as they stand
  std::vector<crypto::PublicKey> ssh_ca_keys;
};

// issuer_metadata_url and server_metadata_url insert the well-known path after the host.
Result<std::string> issuer_metadata_url(const std::string& issuer);
Result<std::string> server_metadata_url(const std::string& issuer);

// parse_issuer_metadata reads both documents. Errors: invalid (a missing member, another issuer
// than asked for); forbidden with reason foreign_endpoint (an endpoint, or an authorization server,
// on another origin than the issuer's).
Result<IssuerMetadata> parse_issuer_metadata(const std::string& issuer,
                                             const boost::json::object& issuer_document,
                                             const boost::json::object& server_document);

}  // namespace keyferry::client
