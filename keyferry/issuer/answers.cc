// The OAuth word of a refusal alone tells whether the caller is at fault (401 with a challenge) or
// the request (400).
#include "keyferry/issuer/answers.h"

#include "keyferry/codec/json.h"
#include "keyferry/http/problem.h"

namespace keyferry::issuer {
namespace {

using authority::Refusal;

boost::json::object render(const Refusal& refusal) {
  boost::json::object body{{"error", refusal.error}, {"error_description", refusal.description}};
  if (refusal.keyferry.empty()) return body;
  boost::json::object ours{{"error", refusal.keyferry}};
  if (refusal.tries_left) ours["tries_left"] = *refusal.tries_left;
  body["keyferry"] = std::move(ours);
  return body;
}

// concerns_caller says whether the caller's token or proof is what is wrong (RFC 6750, RFC 9449).
bool concerns_caller(const Refusal& refusal) {
  return refusal.error == "invalid_token" || refusal.error == "use_dpop_nonce" ||
         refusal.error == "invalid_dpop_proof";
}

std::string challenge(const Refusal& refusal) {
  return "DPoP error=\"" + refusal.error + "\", algs=\"ES256 EdDSA\"";
}

http::Response limited(http::Response response, const Refusal& refusal) {
  if (refusal.retry_after) {
    response.status = 429;
    response.headers.set("Retry-After", std::to_string(*refusal.retry_after));
  }
  return response;
}

}  // namespace

http::Response json_answer(int status, const boost::json::object& body) {
  return http::json_response(status, codec::encode_json(body));
}

//= spec:authority#2-errors
//= spec:authority#2-errors
http::Response token_refusal(const Refusal& refusal) {
  return limited(json_answer(400, render(refusal)), refusal);
}

http::Response resource_refusal(const Refusal& refusal) {
  if (!concerns_caller(refusal)) return limited(json_answer(400, render(refusal)), refusal);
  http::Response response = json_answer(401, render(refusal));
  response.headers.set("WWW-Authenticate", challenge(refusal));
  return response;
}

http::Response problem_refusal(const Refusal& refusal) {
  if (refusal.retry_after) {
    return limited(http::problem(fail(Errc::too_many, refusal.description)), refusal);
  }
  const Errc code = concerns_caller(refusal) ? Errc::unauthorized : Errc::invalid;
  return http::problem(fail(code, refusal.description, refusal.error), challenge(refusal));
}

http::Response oauth_error(const Error& error, std::string_view word) {
  const int status = about(error.code).http_status;
  if (status >= 500) {
    const std::string name = status == 503 ? "temporarily_unavailable" : "server_error";
    return json_answer(
        status,
        {{"error", name}, {"error_description", "the authority cannot answer now; try again"}});
  }
  return json_answer(status == 413 ? 413 : 400,
                     {{"error", word}, {"error_description", error.detail}});
}

}  // namespace keyferry::issuer
