// How the authority's answers look on the wire: errors of OAuth and OpenID4VCI, problem documents.
#pragma once

#include <boost/json/object.hpp>

#include "keyferry/authority/refusal.h"
#include "keyferry/base/error.h"
#include "keyferry/http/http.h"

namespace keyferry::issuer {

// json_answer is an answer with a JSON object.
http::Response json_answer(int status, const boost::json::object& body);

// token_refusal answers at the token endpoint: 400, or 429 with Retry-After. resource_refusal
// answers elsewhere with the specification's JSON error: 401 with WWW-Authenticate for what
// concerns token and proof of the caller, else 400.
http::Response token_refusal(const authority::Refusal& refusal);
http::Response resource_refusal(const authority::Refusal& refusal);

// problem_refusal is the same for the calls under /v1: a problem document.
http::Response problem_refusal(const authority::Refusal& refusal);

// oauth_error is what an Error (the ledger cannot answer, malformed input) becomes at the OAuth and
// OpenID4VCI endpoints; `word` is its `error` where the request is at fault.
http::Response oauth_error(const Error& error, std::string_view word);

}  // namespace keyferry::issuer
