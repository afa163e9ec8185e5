// How often one source may be wrong: codes, PINs and tokens that are refused count, right ones
// never do, so that many users behind one address do not hinder one another.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "keyferry/base/clock.h"

namespace keyferry::issuer {

// FailureLimit is safe from any thread. It forgets with the process: it slows guessing down, what
// ends it is the PIN's counter in the ledger.
class FailureLimit {
 public:
  // `per_minute` 0: no limit.
  explicit FailureLimit(int per_minute) : per_minute_(per_minute) {}

  // wait_for returns how long `source` has to wait now; zero: it may go on.
  Duration wait_for(const std::string& source, Time now);
  // note counts one failure of `source`.
  void note(const std::string& source, Time now);

 private:
  struct Window {
    Time begun{};
    int failures = 0;
  };
  void forget_old(Time now);

  const int per_minute_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace keyferry::issuer
