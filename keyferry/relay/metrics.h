// What the admin address tells about the relay. Nothing here names a mailbox, claim or address.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "keyferry/notify/webhook.h"

namespace keyferry::relay {

enum class CallKind {
  create,
  read,
  update,
  remove,
  relinquish,
  preview,
  wait,
  drop_put,
  drop_get,
  drop_delete,
  other
};
inline constexpr std::size_t kCallKinds = 11;

// Metrics registers its families in `registry` once. Thread-safe.
class Metrics {
 public:
  explicit Metrics(prometheus::Registry& registry);

  // count notes an answered call: requests by call and status class, and its latency.
  void count(CallKind kind, int status, std::chrono::steady_clock::duration took);
  // count_refusal notes the `error` word of a problem document.
  void count_refusal(std::string_view error);
  // count_sweep notes a finished sweep.
  void count_sweep(std::size_t cells, std::chrono::steady_clock::duration took);
  void count_store_error(std::string_view error);
  void set_cells(std::size_t cells);
  void set_waiting(std::size_t calls);
  // count_push notes what became of a push, or of an attempt that will be repeated.
  void count_push(notify::Webhooks::Outcome outcome);
  void set_pushes(std::size_t waiting);
  void set_connections(std::size_t connections);
  // set_short_of_space notes that the store's reserve is in use: creates are refused.
  void set_short_of_space(bool is_short);

 private:
  static constexpr std::size_t kStatusClasses = 4;  // 2xx … 5xx
  std::array<std::array<prometheus::Counter*, kStatusClasses>, kCallKinds> requests_{};
  std::array<prometheus::Histogram*, kCallKinds> seconds_{};
  prometheus::Family<prometheus::Counter>* refusals_;
  prometheus::Family<prometheus::Counter>* store_errors_;
  prometheus::Counter* sweeps_;
  prometheus::Counter* swept_;
  prometheus::Gauge* sweep_seconds_;
  prometheus::Gauge* cells_;
  prometheus::Gauge* waiting_;
  std::array<prometheus::Counter*, 5> pushes_{};
  prometheus::Gauge* pushes_waiting_;
  prometheus::Gauge* connections_;
  prometheus::Gauge* short_of_space_;
};

}  // namespace keyferry::relay
