// POST /nonce: OpenID4VCI 1.0 section 7.
#include "keyferry/authority/nonce.h"

#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/requests.h"

namespace keyferry::issuer {

http::Response issue_nonce(Service& service) {
  const std::string nonce =
      authority::make_nonce(service.keys().server, authority::kCredentialNonce, service.now());
  return with_nonce(service, json_answer(200, {{"c_nonce", nonce}}));
}

}  // namespace keyferry::issuer
