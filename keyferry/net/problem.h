// Problem documents (RFC 9457): the one place where an Error becomes an HTTP answer.
#pragma once

#include "keyferry/base/error.h"
#include "keyferry/net/http.h"

namespace keyferry::net {

// problem renders `error` as application/problem+json with members type ("about:blank"), title,
// status, detail and `error` (reason_of). internal and io answer 500 without the detail. Sets
// no-store, and `WWW-Authenticate: challenge` on 401 when `challenge` is not empty.
Response problem(const Error& error, std::string_view challenge = {});

}  // namespace keyferry::net
