// An HttpServer with a thread of its own, so health is answered while all threads of the API are
// busy.
#include "keyferry/service/admin.h"

#include <prometheus/text_serializer.h>

#include "keyferry/http/problem.h"
#include "keyferry/http/router.h"
#include "keyferry/net/listener.h"
#include "keyferry/net/passed_sockets.h"

namespace keyferry::service {

Result<std::unique_ptr<http::HttpServer>> start_admin(
    std::string listen, std::shared_ptr<prometheus::Registry> registry,
    std::function<Result<Done>()> ready, std::function<void()> refresh) {
  http::Router router;
  router.add("GET", "/healthz",
             [](const http::Request&, const http::PathParts&, const http::Reply& reply) {
               reply(http::text_response(200, "ok\n"));
             });
  router.add("GET", "/readyz",
             [ready = std::move(ready)](const http::Request&, const http::PathParts&,
                                        const http::Reply& reply) {
               const Result<Done> outcome = ready();
               if (outcome) return reply(http::text_response(200, "ready\n"));
               reply(http::problem(fail(Errc::unavailable, outcome.error().detail)));
             });
  router.add(
      "GET", "/metrics",
      [registry = std::move(registry), refresh = std::move(refresh)](
          const http::Request&, const http::PathParts&, const http::Reply& reply) {
        if (refresh) refresh();
        reply(http::text_response(200, prometheus::TextSerializer().Serialize(registry->Collect()),
                                  "text/plain; version=0.0.4; charset=utf-8"));
      });
  http::ServerOptions options;
  options.listen = std::move(listen);
  options.socket_name = net::kAdminSocket;
  options.threads = 1;
  options.max_body = 0;
  options.max_connections = 100;
  return http::HttpServer::start(std::move(options), std::move(router).handler());
}

Result<Done> check_admin(const std::string& listen) {
  const auto address = net::parse_listen_address(listen);
  if (!address) return in_context("listen.admin", address.error());
  if (address->is_private()) return Done{};
  return fail(Errc::invalid, "listen.admin: other machines could reach " + listen +
                                 ", where health and metrics are told without TLS: listen on a "
                                 "loopback address or a unix socket");
}

}  // namespace keyferry::service
