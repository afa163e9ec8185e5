// What a wallet finds out before it asks for anything.
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/kind.h"
#include "keyferry/credential/offer.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/openapi.h"

namespace keyferry::issuer {
namespace {

boost::json::object configuration(const credential::Kind& kind) {
  const boost::json::array algorithms{"ES256", "EdDSA"};
  return {
      {"format", kind.format()},
      {"scope", kind.name()},
      {"cryptographic_binding_methods_supported", boost::json::array{"jwk"}},
      {"proof_types_supported", {{"jwt", {{"proof_signing_alg_values_supported", algorithms}}}}},
      {"credential_metadata",
       {{"display",
         boost::json::array{boost::json::object{{"name", "SSH login"}, {"locale", "en"}}}}}}};
}

}  // namespace

http::Response issuer_metadata(Service& service) {
  const Settings& settings = service.settings();
  boost::json::object configurations;
  for (const credential::Kind* kind : credential::kinds()) {
    configurations[kind->name()] = configuration(*kind);
  }
  boost::json::array relays;
  for (const auto& relay : settings.relays) relays.emplace_back(relay);
  boost::json::array ca_keys;
  for (const auto& line : ssh_ca_lines(service.keys())) ca_keys.emplace_back(line);
  return json_answer(200, {{"credential_issuer", settings.url},
                           {"credential_endpoint", settings.url + "/credential"},
                           {"nonce_endpoint", settings.url + "/nonce"},
                           {"notification_endpoint", settings.url + "/notification"},
                           {"credential_configurations_supported", std::move(configurations)},
                           {"keyferry",
                            {{"relays", std::move(relays)},
                             {"now", codec::encode_rfc3339(service.now())},
                             {"ssh_ca_keys", std::move(ca_keys)}}}});
}

http::Response oauth_metadata(Service& service) {
  const std::string& url = service.settings().url;
  return json_answer(
      200,
      {{"issuer", url},
       {"token_endpoint", url + "/token"},
       {"response_types_supported", boost::json::array()},
       {"grant_types_supported", boost::json::array{std::string(credential::kPreAuthorizedGrant),
                                                    "urn:ietf:params:oauth:grant-type:jwt-bearer"}},
       {"token_endpoint_auth_methods_supported", boost::json::array{"none"}},
       {"pre-authorized_grant_anonymous_access_supported", true},
       {"dpop_signing_alg_values_supported", boost::json::array{"ES256", "EdDSA"}}});
}

http::Response openapi_document(Service&) {
  return http::text_response(200, std::string(kOpenApi), "application/yaml; charset=utf-8");
}

}  // namespace keyferry::issuer
