// POST /credential: OpenID4VCI 1.0 section 8.
#include "keyferry/codec/json.h"
#include "keyferry/credential/kind.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/requests.h"
#include "keyferry/ledger/issue.h"
#include "keyferry/process/log.h"

namespace keyferry::issuer {
namespace {

using authority::KeyProof;
using authority::Refusal;
using authority::Verdict;

// form_fault checks everything but token and proof.
std::optional<Refusal> form_fault(const boost::json::object& body) {
  if (body.contains("credential_response_encryption")) {
    return Refusal{"invalid_encryption_parameters", "answers are not encrypted here"};
  }
  if (body.contains("credential_identifier")) {
    return Refusal{"unknown_credential_identifier", "use credential_configuration_id"};
  }
  auto id = codec::text_member(body, "credential_configuration_id");
  if (!id) return Refusal{"invalid_credential_request", id.error().detail};
  if (!credential::find_kind(*id)) {
    return Refusal{"unknown_credential_configuration", "this configuration is not known"};
  }
  return std::nullopt;
}

Verdict<KeyProof> read_proof(Service& service, const Result<boost::json::object>& body) {
  if (!body) return Refusal{"invalid_credential_request", body.error().detail};
  if (auto fault = form_fault(*body)) return *fault;
  auto jwt = authority::parse_proofs(*body);
  if (const Refusal* no = refused(jwt)) return *no;
  return authority::check_key_proof(service.keys().server, std::get<std::string>(jwt),
                                    service.settings().url, service.now());
}

http::Response answer(Service& service, const ledger::Issued& issued) {
  auto body = render_issued(service.keys(), issued);
  if (!body) {
    process::log_event(process::LogLevel::error, "not_signed", {{"detail", body.error().detail}});
    return oauth_error(body.error(), "invalid_credential_request");
  }
  return with_nonce(service, json_answer(200, *body));
}

}  // namespace

//= spec:authority#2-openid4vci
http::Response issue_credential(Service& service, const http::Request& request) {
  auto bearing = read_authorization(request);
  if (const Refusal* no = refused(bearing)) return with_nonce(service, resource_refusal(*no));
  const auto& [token, is_dpop] = std::get<Bearing>(bearing);
  ledger::CredentialRequest asked{
      token,
      read_dpop(service, request, service.settings().url + "/credential", token),
      read_proof(service, parse_body(request)),
      {},
      service.gate("credential")};
  if (is_dpop && !asked.dpop) {
    const Refusal missing{"invalid_dpop_proof", "the request has no DPoP proof"};
    return with_nonce(service, resource_refusal(missing));
  }
  if (!refused(asked.proof)) {
    asked.fingerprint = credential::ssh_fingerprint(std::get<KeyProof>(asked.proof).key);
  }
  const ledger::IssueTerms terms{crypto::jwk_thumbprint(service.keys().issuing().public_key()),
                                 service.settings().max_certificate_life};
  auto issued = ledger::issue_credential(service.ledger(), asked, terms, service.now());
  if (!issued) return oauth_error(issued.error(), "invalid_credential_request");
  if (const Refusal* no = refused(*issued)) return with_nonce(service, resource_refusal(*no));
  return answer(service, std::get<ledger::Issued>(*issued));
}

}  // namespace keyferry::issuer
