// A counter is made when its route and status are seen first, and found again under a short lock;
// the counting itself is outside of it.
#include "keyferry/service/metrics.h"

#include <map>
#include <mutex>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace keyferry::service {
namespace {

// From half a millisecond to beyond the longest long poll.
const prometheus::Histogram::BucketBoundaries kBuckets{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

}  // namespace

struct HttpMetrics::State {
  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Histogram>& seconds;
  prometheus::Gauge& connections;
  // Looking a metric up in its family builds strings; the pointers live as long as the registry.
  std::mutex mutex;
  std::map<std::pair<std::string, int>, prometheus::Counter*, std::less<>> counters;
  std::map<std::string, prometheus::Histogram*, std::less<>> histograms;

  void observe(std::string_view pattern, int status, Duration took) {
    const std::string route(pattern.empty() ? "unknown" : pattern);
    prometheus::Counter* counter = nullptr;
    prometheus::Histogram* histogram = nullptr;
    {
      const std::lock_guard lock(mutex);
      prometheus::Counter*& known = counters[{route, status}];
      if (known == nullptr) {
        known = &requests.Add({{"route", route}, {"status", std::to_string(status)}});
      }
      prometheus::Histogram*& timed = histograms[route];
      if (timed == nullptr) timed = &seconds.Add({{"route", route}}, kBuckets);
      counter = known;
      histogram = timed;
    }
    counter->Increment();
    histogram->Observe(std::chrono::duration<double>(took).count());
  }
};

HttpMetrics::HttpMetrics(prometheus::Registry& registry, const std::string& prefix)
    : state_(new State{prometheus::BuildCounter()
                           .Name(prefix + "_http_requests_total")
                           .Help("Requests answered, by route and status.")
                           .Register(registry),
                       prometheus::BuildHistogram()
                           .Name(prefix + "_http_request_seconds")
                           .Help("Time from a request's last octet to its answer, by route.")
                           .Register(registry),
                       prometheus::BuildGauge()
                           .Name(prefix + "_http_connections")
                           .Help("Open client connections.")
                           .Register(registry)
                           .Add({}),
                       {},
                       {},
                       {}}) {}

HttpMetrics::~HttpMetrics() = default;

http::Router::Observer HttpMetrics::observer() const {
  return [state = state_](std::string_view pattern, int status, Duration took) {
    state->observe(pattern, status, took);
  };
}

void HttpMetrics::show_connections(std::size_t connections) {
  state_->connections.Set(static_cast<double>(connections));
}

}  // namespace keyferry::service
