// POST /v1/credentials/renew: a new certificate for the same key.
#include "keyferry/crypto/jwk.h"
#include "keyferry/http/problem.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/requests.h"
#include "keyferry/ledger/issue.h"

namespace keyferry::issuer {
namespace {

using authority::KeyProof;
using authority::Refusal;
using authority::Verdict;

Verdict<KeyProof> read_proof(Service& service, const boost::json::object& body) {
  auto jwt = authority::parse_proofs(body);
  if (const Refusal* no = refused(jwt)) return *no;
  return authority::check_key_proof(service.keys().server, std::get<std::string>(jwt),
                                    service.settings().url, service.now());
}

}  // namespace

http::Response renew_credential(Service& service, const http::Request& request) {
  auto access = read_access(service, request, {"renew"});
  if (const Refusal* no = refused(access)) return with_nonce(service, problem_refusal(*no));
  auto body = parse_body(request);
  if (!body) return with_nonce(service, http::problem(body.error()));
  auto proof = read_proof(service, *body);
  if (const Refusal* no = refused(proof)) return with_nonce(service, problem_refusal(*no));
  const ledger::IssueTerms terms{crypto::jwk_thumbprint(service.keys().issuing().public_key()),
                                 service.settings().max_certificate_life};
  auto issued = ledger::renew_credential(service.ledger(), std::get<ledger::Access>(access),
                                         std::get<KeyProof>(proof), terms, service.now());
  if (!issued) return with_nonce(service, http::problem(issued.error()));
  if (const Refusal* no = refused(*issued)) return with_nonce(service, problem_refusal(*no));
  auto answer = render_issued(service.keys(), std::get<ledger::Issued>(*issued));
  return with_nonce(service, answer ? json_answer(200, *answer) : http::problem(answer.error()));
}

}  // namespace keyferry::issuer
