// The thread that takes expired content off the disk, whether anybody calls or not.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "keyferry/relay/relay.h"

namespace keyferry::relay {

// Sweeper sweeps the store every `period` from its construction to its destruction. With
// kSweepPeriod content is gone from the disk well within 60 s of its deadline, or of being
// overwritten or deleted.
inline constexpr Duration kSweepPeriod = std::chrono::seconds(10);

class Sweeper {
 public:
  explicit Sweeper(Relay& relay, Duration period = kSweepPeriod);
  ~Sweeper();  // waits for a sweep that runs

 private:
  void run();
  void sweep_once();

  Relay& relay_;
  const Duration period_;
  std::mutex mutex_;
  std::condition_variable stop_signal_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace keyferry::relay
