#include "keyferry/net/admin.h"

#include <prometheus/text_serializer.h>

#include "keyferry/net/listener.h"
#include "keyferry/net/passed_sockets.h"
#include "keyferry/net/problem.h"
#include "keyferry/net/router.h"

namespace keyferry::net {

Result<std::unique_ptr<HttpServer>> start_admin(std::string listen,
                                                std::shared_ptr<prometheus::Registry> registry,
                                                std::function<Result<Done>()> ready,
                                                std::function<void()> refresh) {
  Router router;
  router.add("GET", "/healthz", [](const Request&, const PathParts&, const Reply& reply) {
    reply(text_response(200, "ok\n"));
  });
  router.add("GET", "/readyz",
             [ready = std::move(ready)](const Request&, const PathParts&, const Reply& reply) {
               const Result<Done> outcome = ready();
               if (outcome) return reply(text_response(200, "ready\n"));
               reply(problem(fail(Errc::unavailable, outcome.error().detail)));
             });
  router.add("GET", "/metrics",
             [registry = std::move(registry), refresh = std::move(refresh)](
                 const Request&, const PathParts&, const Reply& reply) {
               if (refresh) refresh();
               reply(text_response(200, prometheus::TextSerializer().Serialize(registry->Collect()),
                                   "text/plain; version=0.0.4; charset=utf-8"));
             });
  ServerOptions options;
  options.listen = std::move(listen);
  options.socket_name = kAdminSocket;
  options.threads = 1;
  options.max_body = 0;
  options.max_connections = 100;
  return HttpServer::start(std::move(options), std::move(router).handler());
}

Result<Done> check_admin(const std::string& listen) {
  const auto address = parse_listen_address(listen);
  if (!address) return in_context("listen.admin", address.error());
  if (address->is_private()) return Done{};
  return fail(Errc::invalid, "listen.admin: other machines could reach " + listen +
                                 ", where health and metrics are told without TLS: listen on a "
                                 "loopback address or a unix socket");
}

}  // namespace keyferry::net
