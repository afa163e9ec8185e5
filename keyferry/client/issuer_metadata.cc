// Both documents have to name the issuer octet for octet before anything in them is used; a
// configuration that cannot be read is passed over, a foreign address is an error.
#include "keyferry/client/issuer_metadata.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/credential/ssh_key.h"

namespace keyferry::client {
namespace {

Result<std::string> well_known(const std::string& issuer, std::string_view document) {
  KF_TRY(const codec::WebUrl url, codec::parse_web_url(issuer));
  if (!url.query.empty()) return fail(Errc::invalid, "an issuer's address has no query");
  std::string path = url.path;
  while (path.ends_with('/')) path.pop_back();
  return url.origin + "/.well-known/" + std::string(document) + path;
}

Result<std::string> endpoint(const boost::json::object& document, std::string_view name,
                             const std::string& origin) {
  KF_TRY(const std::string text, codec::text_member(document, name));
  const auto url = codec::parse_web_url(text);
  if (!url || url->origin != origin) {
    return fail(Errc::forbidden,
                "the authority names an address that is not its own (" + std::string(name) +
                    "): nothing was sent there; do not take this share",
                "foreign_endpoint");
  }
  return text;
}

Result<Done> check_issuer(const boost::json::object& document, std::string_view name,
                          const std::string& issuer) {
  KF_TRY(const std::string said, codec::text_member(document, name));
  if (said == issuer) return Done{};
  return fail(Errc::invalid, "the authority calls itself by another address than the offer does");
}

bool names_only(const boost::json::value& servers, const std::string& issuer) {
  if (!servers.is_array()) return false;
  const auto& array = servers.get_array();
  return std::all_of(array.begin(), array.end(), [&](const boost::json::value& server) {
    return server.is_string() && server.get_string() == issuer;
  });
}

// Ed25519 unless only ES256 is named.
crypto::KeyType proof_key(const boost::json::object& configuration) {
  const boost::json::value whole(configuration);
  boost::json::error_code error;
  const auto* algorithms =
      whole.find_pointer("/proof_types_supported/jwt/proof_signing_alg_values_supported", error);
  if (algorithms == nullptr || !algorithms->is_array()) return crypto::KeyType::ed25519;
  bool es256 = false;
  for (const auto& algorithm : algorithms->get_array()) {
    if (algorithm == "EdDSA" || algorithm == "Ed25519") return crypto::KeyType::ed25519;
    es256 = es256 || algorithm == "ES256";
  }
  return es256 ? crypto::KeyType::p256 : crypto::KeyType::ed25519;
}

Result<Done> read_configurations(const boost::json::object& document, IssuerMetadata& metadata) {
  KF_TRY(const boost::json::object* all,
         codec::object_member(document, "credential_configurations_supported"));
  for (const auto& [id, configuration] : *all) {
    if (!configuration.is_object()) continue;
    const auto format = codec::text_member(configuration.get_object(), "format");
    if (!format) continue;
    metadata.formats[std::string(id)] = *format;
    metadata.proof_keys.emplace(std::string(id), proof_key(configuration.get_object()));
  }
  return Done{};
}

Result<Done> read_extras(const boost::json::object& document, IssuerMetadata& metadata) {
  KF_TRY(const boost::json::object* ours, codec::optional_object_member(document, "keyferry"));
  if (ours == nullptr) return Done{};
  if (ours->contains("relays")) {
    KF_TRY(metadata.relays, codec::texts_member(*ours, "relays"));
  }
  if (ours->contains("ssh_ca_keys")) {
    KF_TRY(const std::vector<std::string> lines, codec::texts_member(*ours, "ssh_ca_keys"));
    for (const std::string& line : lines) {
      KF_TRY(crypto::PublicKey key, credential::parse_authorized_line(line));
      metadata.ssh_ca_keys.push_back(std::move(key));
    }
  }
  return Done{};
}

Result<Done> read_endpoints(const boost::json::object& issuer_document,
                            const boost::json::object& server_document, const std::string& origin,
                            IssuerMetadata& metadata) {
  KF_TRY(metadata.credential_endpoint, endpoint(issuer_document, "credential_endpoint", origin));
  KF_TRY(metadata.nonce_endpoint, endpoint(issuer_document, "nonce_endpoint", origin));
  KF_TRY(metadata.token_endpoint, endpoint(server_document, "token_endpoint", origin));
  if (issuer_document.contains("notification_endpoint")) {
    KF_TRY(metadata.notification_endpoint,
           endpoint(issuer_document, "notification_endpoint", origin));
  }
  return Done{};
}

}  // namespace

Result<std::string> issuer_metadata_url(const std::string& issuer) {
  return well_known(issuer, "openid-credential-issuer");
}

Result<std::string> server_metadata_url(const std::string& issuer) {
  return well_known(issuer, "oauth-authorization-server");
}

Result<IssuerMetadata> parse_issuer_metadata(const std::string& issuer,
                                             const boost::json::object& issuer_document,
                                             const boost::json::object& server_document) {
  KF_TRY(const codec::WebUrl url, codec::parse_web_url(issuer));
  if (auto same = check_issuer(issuer_document, "credential_issuer", issuer); !same) {
    return same.error();
  }
  if (auto same = check_issuer(server_document, "issuer", issuer); !same) return same.error();
  const boost::json::value* servers = issuer_document.if_contains("authorization_servers");
  if (servers != nullptr && !names_only(*servers, issuer)) {
    return fail(Errc::forbidden,
                "the authority sends its wallets to another server for tokens: not taken",
                "foreign_endpoint");
  }
  IssuerMetadata metadata;
  metadata.issuer = issuer;
  if (auto r = read_endpoints(issuer_document, server_document, url.origin, metadata); !r) {
    return r.error();
  }
  metadata.dpop = server_document.contains("dpop_signing_alg_values_supported");
  if (auto r = read_configurations(issuer_document, metadata); !r) return r.error();
  if (auto r = read_extras(issuer_document, metadata); !r) return r.error();
  return metadata;
}

}  // namespace keyferry::client
