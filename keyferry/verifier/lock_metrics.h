// What the admin address tells about a lock.
#pragma once

#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace keyferry::verifier {

// All calls are safe from any thread. The registry must live longer.
class LockMetrics {
 public:
  explicit LockMetrics(prometheus::Registry& registry);
  // subject: opening, statement, list.
  void count_decision(const std::string& door, const std::string& subject,
                      const std::string& reason);
  void count_opening(const std::string& door, bool succeeded);
  void count_pairing(bool succeeded);
  void count_session(const std::string& door, const std::string& end);
  void set_state(std::size_t owners, std::size_t roots, std::uint64_t writes, bool clock_known);

 private:
  prometheus::Family<prometheus::Counter>&decisions_, &openings_, &pairings_, &sessions_;
  prometheus::Gauge &owners_, &roots_, &writes_, &clock_;
};

}  // namespace keyferry::verifier
