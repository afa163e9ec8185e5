#include "keyferry/verifier/metrics.h"

#include <limits>

namespace keyferry::verifier {
namespace {

prometheus::Gauge& gauge(prometheus::Registry& registry, const prometheus::Labels& labels,
                         const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Counter& counter(prometheus::Registry& registry, prometheus::Labels labels,
                             const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Labels with(prometheus::Labels labels, const std::string& name, std::string value) {
  labels[name] = std::move(value);
  return labels;
}

double seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1000.0;
}

constexpr const char* kHooks = "keyferry_hook_runs_total";
constexpr const char* kHooksHelp = "Runs of the hook after a change of the file";

}  // namespace

std::vector<prometheus::MetricFamily> Registry::Collect() const {
  if (refresh) refresh();
  return prometheus::Registry::Collect();
}

ListMetrics::ListMetrics(prometheus::Registry& registry, const std::string& name,
                         const std::string& file)
    : labels_{{"list", name}, {"file", file}},
      epoch_(gauge(registry, labels_, "keyferry_list_epoch", "Epoch of the newest accepted list")),
      number_(
          gauge(registry, labels_, "keyferry_list_number", "Number of the newest accepted list")),
      next_update_(gauge(registry, labels_, "keyferry_list_next_update_seconds",
                         "Unix time until which the newest accepted list is current")),
      age_(gauge(registry, labels_, "keyferry_list_age_seconds",
                 "Time since the authority last confirmed the list")),
      alarm_(gauge(registry, labels_, "keyferry_list_alarm",
                   "1 when the age is past the limit of the setting")),
      clock_offset_(gauge(registry, labels_, "keyferry_clock_offset_seconds",
                          "How far this clock is ahead of the authority's")),
      acknowledged_(gauge(registry, labels_, "keyferry_list_acknowledged",
                          "1 when the authority takes this verifier's acknowledgements")),
      mode_(prometheus::BuildGauge()
                .Name("keyferry_list_mode")
                .Help("1 for the mode in force: following, last-good, closed, open")
                .Register(registry)),
      failures_(prometheus::BuildCounter()
                    .Name("keyferry_list_failures_total")
                    .Help("Attempts that brought nothing to believe, by reason")
                    .Register(registry)),
      installs_(counter(registry, labels_, "keyferry_list_installs_total",
                        "Times that the file was replaced")),
      hooks_succeeded_(counter(registry, with(labels_, "result", "success"), kHooks, kHooksHelp)),
      hooks_failed_(counter(registry, with(labels_, "result", "failure"), kHooks, kHooksHelp)),
      delay_(prometheus::BuildHistogram()
                 .Name("keyferry_list_revoke_to_installed_seconds")
                 .Help("From the authority's making of a list to the replaced file")
                 .Register(registry)
                 .Add(labels_, prometheus::Histogram::BucketBoundaries{0.05, 0.1, 0.2, 0.5, 1, 2, 5,
                                                                       30, 120, 600})) {}

void ListMetrics::set_position(const Statement& have) {
  epoch_.Set(static_cast<double>(have.position.epoch));
  number_.Set(static_cast<double>(have.position.number));
  next_update_.Set(static_cast<double>(unix_seconds(have.next_update)));
}

void ListMetrics::set_mode(Mode mode, bool alarm) {
  for (Mode each : {Mode::following, Mode::last_good, Mode::closed, Mode::open}) {
    mode_.Add(with(labels_, "mode", std::string(name_of(each)))).Set(each == mode ? 1 : 0);
  }
  alarm_.Set(alarm ? 1 : 0);
}

void ListMetrics::set_age(std::optional<Duration> age) {
  age_.Set(age ? seconds(*age) : std::numeric_limits<double>::infinity());
}

void ListMetrics::set_clock_offset(Duration ahead) {
  clock_offset_.Set(seconds(ahead));
}

void ListMetrics::set_acknowledged(bool accepted) {
  acknowledged_.Set(accepted ? 1 : 0);
}

void ListMetrics::count_failure(std::string_view reason) {
  failures_.Add(with(labels_, "reason", std::string(reason))).Increment();
}

void ListMetrics::count_install() {
  installs_.Increment();
}

void ListMetrics::count_hook(bool succeeded) {
  (succeeded ? hooks_succeeded_ : hooks_failed_).Increment();
}

void ListMetrics::observe_delay(Duration revoked_to_installed) {
  delay_.Observe(std::max(0.0, seconds(revoked_to_installed)));
}

}  // namespace keyferry::verifier
