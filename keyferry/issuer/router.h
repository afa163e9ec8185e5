// Which endpoint answers which method and path.
#pragma once

#include "keyferry/issuer/service.h"

namespace keyferry::issuer {

// route finds the endpoint and lets it answer. A path of [public].url before the endpoint's is cut
// off; the well-known documents have it behind them (RFC 8414 section 3.1). Unknown paths: 404,
// known paths with another method: 405 with Allow.
//
//= spec:authority#2-metadata
void route(Service& service, net::Request request, net::Reply reply);

}  // namespace keyferry::issuer
