// The endpoints, one file each. Those that return a Response run on a worker and may block; those
// that take a Reply must not.
#pragma once

#include <string>

#include "keyferry/issuer/service.h"

namespace keyferry::issuer {

// discovery.cc: the two well-known documents, GET /openapi.yaml
http::Response issuer_metadata(Service& service);
http::Response oauth_metadata(Service& service);
http::Response openapi_document(Service& service);

// offers.cc: GET /offers/{handle}
http::Response read_offer(Service& service, const http::Request& request,
                          const std::string& handle);

// token.cc: POST /token; nonce.cc: POST /nonce
http::Response issue_token(Service& service, const http::Request& request);
http::Response issue_nonce(Service& service);

// credential.cc: POST /credential; renew.cc: POST /v1/credentials/renew; notification.cc: POST
// /notification
http::Response issue_credential(Service& service, const http::Request& request);
http::Response renew_credential(Service& service, const http::Request& request);
http::Response note_event(Service& service, const http::Request& request);

// make_share.cc: POST /v1/shares; list_shares.cc: GET /v1/shares
http::Response make_share(Service& service, const http::Request& request);
http::Response list_shares(Service& service, const http::Request& request);
// read_share.cc: GET /v1/shares/{id}, with waiting
void read_share(Service& service, http::Request request, std::string id, http::Reply reply);
// change_share.cc: POST /v1/shares/{id}/grant, /pin, /offer, /refuse; DELETE /v1/shares/{id} and
// /v1/shares, with waiting
http::Response grant_share(Service& service, const http::Request& request, const std::string& id);
http::Response rearm_share(Service& service, const http::Request& request, const std::string& id);
http::Response offer_again(Service& service, const http::Request& request, const std::string& id);
http::Response refuse_share(Service& service, const http::Request& request, const std::string& id);
void revoke_share(Service& service, const http::Request& request, std::string id,
                  const http::Reply& reply);
void revoke_below(Service& service, const http::Request& request, const http::Reply& reply);

// read_list.cc: GET /v1/lists/{name} and {name}.jws, with waiting
void read_list(Service& service, http::Request request, std::string name, http::Reply reply);

}  // namespace keyferry::issuer
