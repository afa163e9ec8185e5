// GET /offers/{handle}: an offer by reference, made by the administrator. Reading changes nothing.
#include "keyferry/http/problem.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"

namespace keyferry::issuer {

http::Response read_offer(Service& service, const http::Request&, const std::string& handle) {
  auto offered =
      ledger::offer_by_handle(service.ledger(), service.keys().server, handle, service.now());
  if (!offered) return http::problem(offered.error());
  return json_answer(200, render_offer(service.settings(), *offered));
}

}  // namespace keyferry::issuer
