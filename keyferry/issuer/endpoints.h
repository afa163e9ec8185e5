// The endpoints, one file each. Those that return a Response run on a worker and may block; those
// that take a Reply must not.
#pragma once

#include <string>

#include "keyferry/issuer/service.h"

namespace keyferry::issuer {

// discovery.cc
net::Response issuer_metadata(Service& service);
net::Response oauth_metadata(Service& service);
net::Response openapi_document(Service& service);

// offers.cc: GET /offers/{handle}
net::Response read_offer(Service& service, const net::Request& request, const std::string& handle);

// token.cc: POST /token; nonce.cc: POST /nonce
net::Response issue_token(Service& service, const net::Request& request);
net::Response issue_nonce(Service& service);

// credential.cc, renew.cc, notification.cc
net::Response issue_credential(Service& service, const net::Request& request);
net::Response renew_credential(Service& service, const net::Request& request);
net::Response note_event(Service& service, const net::Request& request);

// make_share.cc, list_shares.cc: /v1/shares
net::Response make_share(Service& service, const net::Request& request);
net::Response list_shares(Service& service, const net::Request& request);
// read_share.cc: GET /v1/shares/{id}, with waiting
void read_share(Service& service, net::Request request, std::string id, net::Reply reply);
// change_share.cc: POST /v1/shares/{id}/grant, /pin, /offer, /refuse; DELETE /v1/shares/{id} and
// /v1/shares, with waiting
net::Response grant_share(Service& service, const net::Request& request, const std::string& id);
net::Response rearm_share(Service& service, const net::Request& request, const std::string& id);
net::Response offer_again(Service& service, const net::Request& request, const std::string& id);
net::Response refuse_share(Service& service, const net::Request& request, const std::string& id);
void revoke_share(Service& service, const net::Request& request, std::string id,
                  const net::Reply& reply);
void revoke_below(Service& service, const net::Request& request, const net::Reply& reply);

// read_list.cc: GET /v1/lists/{name} and {name}.jws, with waiting
void read_list(Service& service, net::Request request, std::string name, net::Reply reply);

}  // namespace keyferry::issuer
