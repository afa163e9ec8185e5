// Which endpoint answers which method and path.
#pragma once

#include "keyferry/http/router.h"
#include "keyferry/issuer/service.h"

namespace keyferry::issuer {

// make_handler routes requests to the endpoints. A path of [public].url before the endpoint's is
// cut off; the well-known documents have it behind them (RFC 8414 section 3.1). `service` outlives
// it.
//
//= spec:authority#2-metadata
http::Handler make_handler(Service& service, http::Router::Observer observer);

}  // namespace keyferry::issuer
