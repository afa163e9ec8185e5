// Counters that every call touches are made at the start and found by index; only refusals and
// errors of the store are looked up by their word.
#include "keyferry/relay/metrics.h"

#include <algorithm>
#include <string>

namespace keyferry::relay {
namespace {

constexpr std::array<const char*, kCallKinds> kNames = {
    "create", "read",     "update",   "delete",      "relinquish", "preview",
    "wait",   "drop_put", "drop_get", "drop_delete", "other"};

double seconds_of(std::chrono::steady_clock::duration took) {
  return std::chrono::duration<double>(took).count();
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const std::string& name,
                         const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry) {
  auto& requests = prometheus::BuildCounter()
                       .Name("keyferry_relay_requests_total")
                       .Help("Answered calls by kind and status class.")
                       .Register(registry);
  auto& seconds = prometheus::BuildHistogram()
                      .Name("keyferry_relay_request_seconds")
                      .Help("Time from the request to its answer.")
                      .Register(registry);
  const prometheus::Histogram::BucketBoundaries buckets = {
      0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5};
  for (std::size_t kind = 0; kind < kCallKinds; ++kind) {
    for (std::size_t status = 0; status < kStatusClasses; ++status) {
      requests_[kind][status] =
          &requests.Add({{"call", kNames[kind]}, {"status", std::to_string(status + 2) + "xx"}});
    }
    seconds_[kind] = &seconds.Add({{"call", kNames[kind]}}, buckets);
  }
  refusals_ = &prometheus::BuildCounter()
                   .Name("keyferry_relay_refusals_total")
                   .Help("Refused calls by the word of their problem document.")
                   .Register(registry);
  store_errors_ = &prometheus::BuildCounter()
                       .Name("keyferry_relay_store_errors_total")
                       .Help("Failures of the store by kind.")
                       .Register(registry);
  sweeps_ = &prometheus::BuildCounter()
                 .Name("keyferry_relay_sweeps_total")
                 .Help("Finished sweeps for expired mailboxes.")
                 .Register(registry)
                 .Add({});
  swept_ = &prometheus::BuildCounter()
                .Name("keyferry_relay_swept_cells_total")
                .Help("Cells whose content a sweep removed.")
                .Register(registry)
                .Add({});
  sweep_seconds_ =
      &gauge(registry, "keyferry_relay_last_sweep_seconds", "How long the last sweep took.");
  cells_ = &gauge(registry, "keyferry_relay_cells",
                  "Cells in the store: mailboxes, and tombstones for a day after them.");
  auto& pushes = prometheus::BuildCounter()
                     .Name("keyferry_relay_pushes_total")
                     .Help("Webhook pushes by what became of them; retried counts attempts.")
                     .Register(registry);
  constexpr std::array kOutcomes = {"delivered", "retried", "failed", "refused", "dropped"};
  for (std::size_t outcome = 0; outcome < kOutcomes.size(); ++outcome) {
    pushes_[outcome] = &pushes.Add({{"outcome", kOutcomes[outcome]}});
  }
  pushes_waiting_ = &gauge(registry, "keyferry_relay_pushes_waiting",
                           "Webhook pushes that wait for their turn or their next attempt.");
  connections_ = &gauge(registry, "keyferry_relay_connections", "Connections that are open now.");
  short_of_space_ = &gauge(registry, "keyferry_relay_short_of_space",
                           "1 while the store's reserve is in use and creates are refused.");
  waiting_ = &gauge(registry, "keyferry_relay_waiting_calls", "Calls that wait for a change now.");
}

void Metrics::count(CallKind kind, int status, std::chrono::steady_clock::duration took) {
  const auto call = static_cast<std::size_t>(kind);
  const int status_class = std::clamp(status / 100 - 2, 0, static_cast<int>(kStatusClasses) - 1);
  requests_[call][static_cast<std::size_t>(status_class)]->Increment();
  seconds_[call]->Observe(seconds_of(took));
}

void Metrics::count_refusal(std::string_view error) {
  refusals_->Add({{"error", std::string(error)}}).Increment();
}

void Metrics::count_store_error(std::string_view error) {
  store_errors_->Add({{"error", std::string(error)}}).Increment();
}

void Metrics::count_sweep(std::size_t cells, std::chrono::steady_clock::duration took) {
  sweeps_->Increment();
  swept_->Increment(static_cast<double>(cells));
  sweep_seconds_->Set(seconds_of(took));
}

void Metrics::count_push(notify::Webhooks::Outcome outcome) {
  pushes_.at(static_cast<std::size_t>(outcome))->Increment();
}

void Metrics::set_pushes(std::size_t waiting) {
  pushes_waiting_->Set(static_cast<double>(waiting));
}

void Metrics::set_connections(std::size_t connections) {
  connections_->Set(static_cast<double>(connections));
}

void Metrics::set_short_of_space(bool is_short) {
  short_of_space_->Set(is_short ? 1 : 0);
}

void Metrics::set_waiting(std::size_t calls) {
  waiting_->Set(static_cast<double>(calls));
}

void Metrics::set_cells(std::size_t cells) {
  cells_->Set(static_cast<double>(cells));
}

}  // namespace keyferry::relay
