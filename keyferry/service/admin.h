// The admin address of a server: GET /healthz (the process lives), /readyz (it can serve), /metrics
// (Prometheus text).
#pragma once

#include <memory>

#include <prometheus/registry.h>

#include "keyferry/http/http_server.h"

namespace keyferry::service {

// start_admin serves `registry`. `ready` is asked at each /readyz; an Error answers 503 with its
// detail. `refresh`, if given, runs before each /metrics to set gauges. Both run on the admin's own
// thread. Plain HTTP: `listen` must be a loopback address or a unix socket. A socket that the
// service manager passed as "admin" is served in its place. Errors as HttpServer::start.
Result<std::unique_ptr<http::HttpServer>> start_admin(
    std::string listen, std::shared_ptr<prometheus::Registry> registry,
    std::function<Result<Done>()> ready, std::function<void()> refresh = {});

// check_admin checks the setting `listen` as start_admin would, without a passed socket and without
// opening anything. Errors: invalid (no address, or one that other machines can reach).
Result<Done> check_admin(const std::string& listen);

}  // namespace keyferry::service
