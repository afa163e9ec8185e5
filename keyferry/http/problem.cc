#include "keyferry/http/problem.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace keyferry::http {

Response status_problem(int status, std::string_view reason, std::string_view detail) {
  boost::json::object document;
  document["type"] = "about:blank";
  document["title"] = reason_phrase(status);
  document["status"] = status;
  if (!detail.empty()) document["detail"] = detail;
  document["error"] = reason;
  Response response = json_response(status, boost::json::serialize(document));
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

Response problem(const Error& error, std::string_view challenge) {
  const int status = about(error.code).http_status;
  const bool hidden = error.code == Errc::internal || error.code == Errc::io;
  Response response = status_problem(status, hidden ? about(Errc::internal).name : reason_of(error),
                                     hidden ? std::string_view() : std::string_view(error.detail));
  if (status == 401 && !challenge.empty()) {
    response.headers.add("WWW-Authenticate", std::string(challenge));
  }
  return response;
}

}  // namespace keyferry::http
