// Problem documents (RFC 9457): the one place where an Error becomes an HTTP answer.
#pragma once

#include "keyferry/base/result.h"
#include "keyferry/http/http.h"

namespace keyferry::http {

// problem renders `error` as application/problem+json with members type ("about:blank"), title,
// status, detail and `error` (reason_of). internal and io answer 500 without the detail. Sets
// no-store, and `WWW-Authenticate: challenge` on 401 when `challenge` is not empty.
Response problem(const Error& error, std::string_view challenge = {});

// status_problem is the same document for a status that HTTP itself asks for and no Errc has (405,
// 408, 431 …). `reason` is the member `error`.
Response status_problem(int status, std::string_view reason, std::string_view detail);

}  // namespace keyferry::http
