// Four wrappers say where an endpoint runs: at once on the I/O thread, on a worker, on a worker
// with the path's id, or when it likes.
#include "keyferry/issuer/routes.h"

#include <utility>

#include "keyferry/issuer/endpoints.h"

namespace keyferry::issuer {
namespace {

using http::PathParts;
using http::Reply;
using http::Request;
using http::Response;

// at_once answers on the I/O thread: no SQL.
template <class Endpoint>
http::RouteHandler at_once(Service& service, Endpoint endpoint) {
  return [&service, endpoint](const Request&, const PathParts&, const Reply& reply) {
    reply(endpoint(service));
  };
}

// on_worker hands over to a thread that may block; with_id also hands over the path's {id}. Sources
// take turns.
template <class Endpoint>
http::RouteHandler on_worker(Service& service, Endpoint endpoint) {
  return [&service, endpoint](Request request, const PathParts&, const Reply& reply) {
    const process::Owner owner{service.source_of(request), {}};
    const auto work = [&service, endpoint, reply, request = std::move(request)] {
      reply(endpoint(service, request));
    };
    service.post(reply, work, process::Lane::usual, owner);
  };
}
template <class Endpoint>
http::RouteHandler with_id(Service& service, Endpoint endpoint) {
  return [&service, endpoint](Request request, const PathParts& parts, const Reply& reply) {
    const process::Owner owner{service.source_of(request), {}};
    const auto work = [&service, endpoint, reply, request = std::move(request),
                       id = parts.part("id")] { reply(endpoint(service, request, id)); };
    service.post(reply, work, process::Lane::usual, owner);
  };
}
// waiting hands over to an endpoint that answers when it likes, and never blocks.
template <class Endpoint>
http::RouteHandler waiting(Service& service, Endpoint endpoint) {
  return [&service, endpoint](Request request, const PathParts& parts, Reply reply) {
    endpoint(service, std::move(request), parts.part("id"), std::move(reply));
  };
}

//= spec:authority#2-openid4vci
//= spec:tigress#REQ-10
void add_redeeming(http::Router& router, Service& service) {
  router.add("GET", "/.well-known/openid-credential-issuer", at_once(service, issuer_metadata));
  router.add("GET", "/.well-known/oauth-authorization-server", at_once(service, oauth_metadata));
  router.add("GET", "/openapi.yaml", at_once(service, openapi_document));
  router.add("GET", "/offers/{id}", with_id(service, read_offer));
  router.add("POST", "/token", on_worker(service, issue_token));
  router.add("POST", "/nonce", at_once(service, issue_nonce));
  router.add("POST", "/credential", on_worker(service, issue_credential));
  router.add("POST", "/notification", on_worker(service, note_event));
}

void add_shares(http::Router& router, Service& service) {
  router.add("POST", "/v1/credentials/renew", on_worker(service, renew_credential));
  router.add("POST", "/v1/shares", on_worker(service, make_share));
  router.add("GET", "/v1/shares", on_worker(service, list_shares));
  router.add("DELETE", "/v1/shares",
             [&service](const Request& request, const PathParts&, const Reply& reply) {
               revoke_below(service, request, reply);
             });
  router.add("GET", "/v1/shares/{id}", waiting(service, read_share));
  router.add("DELETE", "/v1/shares/{id}", waiting(service, revoke_share));
  router.add("POST", "/v1/shares/{id}/grant", with_id(service, grant_share));
  router.add("POST", "/v1/shares/{id}/pin", with_id(service, rearm_share));
  router.add("POST", "/v1/shares/{id}/offer", with_id(service, offer_again));
  router.add("POST", "/v1/shares/{id}/refuse", with_id(service, refuse_share));
  router.add("GET", "/v1/lists/{id}", waiting(service, read_list));
}

// base_path is the path of the issuer identifier: "" or "/base".
std::string base_path(std::string_view url) {
  const auto host = url.find("://");
  const auto slash = host == std::string_view::npos ? host : url.find('/', host + 3);
  return slash == std::string_view::npos ? std::string() : std::string(url.substr(slash));
}

std::string without_base(std::string path, std::string_view base) {
  if (base.empty()) return path;
  if (path.starts_with("/.well-known/") && path.ends_with(base)) {
    path.resize(path.size() - base.size());
  } else if (path.starts_with(base) && path.size() > base.size() && path[base.size()] == '/') {
    path.erase(0, base.size());
  }
  return path;
}

}  // namespace

http::Handler make_handler(Service& service, http::Router::Observer observer) {
  http::Router router;
  add_redeeming(router, service);
  add_shares(router, service);
  //= spec:authority#2-cors
  router.set_cors({"authorization, dpop, content-type, prefer, if-none-match, idempotency-key",
                   "dpop-nonce, www-authenticate, retry-after, etag"});
  router.set_observer(std::move(observer));
  return [base = base_path(service.settings().url), routes = std::move(router).handler()](
             Request request, const Reply& reply) {
    request.path = without_base(std::move(request.path), base);
    routes(std::move(request), reply.through([](Response response) {
      if (!response.headers.find("Cache-Control")) {
        response.headers.set("Cache-Control", "no-store");
      }
      return response;
    }));
  };
}

}  // namespace keyferry::issuer
