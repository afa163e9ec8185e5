// What every server counts of its requests.
#pragma once

#include <memory>
#include <string>

#include <prometheus/registry.h>

#include "keyferry/http/router.h"

namespace keyferry::service {

// HttpMetrics adds to `registry`: PREFIX_http_requests_total{route,status},
// PREFIX_http_request_seconds{route} (a histogram; a long poll's wait counts), where route is the
// pattern, so that no id gets into a label, or "unknown"; and the gauge PREFIX_http_connections.
// Safe from any thread. The registry must outlive it and its observers.
class HttpMetrics {
 public:
  HttpMetrics(prometheus::Registry& registry, const std::string& prefix);
  ~HttpMetrics();
  // observer is for Router::set_observer; it may outlive this object.
  http::Router::Observer observer() const;
  // show_connections sets the gauge: call it when the metrics are read (start_admin's refresh).
  void show_connections(std::size_t connections);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace keyferry::service
