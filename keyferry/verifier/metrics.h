// What the admin address tells about each list.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "keyferry/base/clock.h"
#include "keyferry/verifier/policy.h"
#include "keyferry/verifier/statement.h"

namespace keyferry::verifier {

// Registry asks `refresh` before each scrape, so that ages are those of that instant.
class Registry final : public prometheus::Registry {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
  // Set before the admin address starts.
  std::function<void()> refresh;
};

// ListMetrics are the figures of one list, labelled list="NAME" and file="PATH". All calls are safe
// from any thread. The registry must live longer.
class ListMetrics {
 public:
  ListMetrics(prometheus::Registry& registry, const std::string& name, const std::string& file);

  void set_position(const Statement& have);
  void set_mode(Mode mode, bool alarm);
  // Never and unknown are shown as +Inf.
  void set_age(std::optional<Duration> age);
  void set_clock_offset(Duration ahead);
  void set_acknowledged(bool accepted);
  void count_failure(std::string_view reason);
  void count_install();
  void count_hook(bool succeeded);
  void observe_delay(Duration revoked_to_installed);

 private:
  prometheus::Labels labels_;
  prometheus::Gauge &epoch_, &number_, &next_update_, &age_, &alarm_, &clock_offset_,
      &acknowledged_;
  prometheus::Family<prometheus::Gauge>& mode_;
  prometheus::Family<prometheus::Counter>& failures_;
  prometheus::Counter &installs_, &hooks_succeeded_, &hooks_failed_;
  prometheus::Histogram& delay_;
};

}  // namespace keyferry::verifier
