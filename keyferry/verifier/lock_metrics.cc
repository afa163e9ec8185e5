#include "keyferry/verifier/lock_metrics.h"

namespace keyferry::verifier {
namespace {

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, const char* name,
                                                  const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

LockMetrics::LockMetrics(prometheus::Registry& registry)
    : decisions_(counters(registry, "keyferry_lock_decisions_total",
                          "Decisions by door, subject (opening, statement, list) and reason")),
      openings_(counters(registry, "keyferry_lock_open_commands_total",
                         "Runs of a door's command by result")),
      pairings_(counters(registry, "keyferry_lock_pairings_total",
                         "Attempts to pair in which a code was compared, by result")),
      sessions_(counters(registry, "keyferry_lock_sessions_total",
                         "Conversations by door and how they ended: left, broken, late, stopped")),
      owners_(gauge(registry, "keyferry_lock_owners", "Owners")),
      roots_(gauge(registry, "keyferry_lock_root_records",
                   "Records of roots in use, of 32: what is counted or has a list of its holder")),
      writes_(gauge(registry, "keyferry_lock_writes", "Records written since the start")),
      clock_(gauge(registry, "keyferry_lock_clock_known", "1 while the lock knows the time")) {}

void LockMetrics::count_decision(const std::string& door, const std::string& subject,
                                 const std::string& reason) {
  decisions_.Add({{"door", door}, {"subject", subject}, {"reason", reason}}).Increment();
}

void LockMetrics::count_opening(const std::string& door, bool succeeded) {
  openings_.Add({{"door", door}, {"result", succeeded ? "success" : "failure"}}).Increment();
}

void LockMetrics::count_pairing(bool succeeded) {
  pairings_.Add({{"result", succeeded ? "success" : "failure"}}).Increment();
}

void LockMetrics::count_session(const std::string& door, const std::string& end) {
  sessions_.Add({{"door", door}, {"end", end}}).Increment();
}

void LockMetrics::set_state(std::size_t owners, std::size_t roots, std::uint64_t writes,
                            bool clock_known) {
  owners_.Set(static_cast<double>(owners));
  roots_.Set(static_cast<double>(roots));
  writes_.Set(static_cast<double>(writes));
  clock_.Set(clock_known ? 1 : 0);
}

}  // namespace keyferry::verifier
