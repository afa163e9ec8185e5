// The administrator's command after a change: run without a shell, for a limited time, beside the
// agent and never in its way.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::verifier {

struct HookCall {
  std::vector<std::string> argv;  // [0] is found through PATH unless it holds a '/'
  // NAME=VALUE, added to the agent's own environment.
  std::vector<std::string> environment;
  Duration limit{30'000};
};

// Stopper interrupts a running hook from another thread.
class Stopper {
 public:
  Stopper();
  ~Stopper();
  Stopper(const Stopper&) = delete;
  Stopper& operator=(const Stopper&) = delete;
  void stop();
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// run_hook starts the command in a process group of its own (standard input empty, output to our
// standard error), waits and kills the whole group when `limit` has passed or `stopper` says so.
// Errors: not_found (no such command), io "ended with status 3", "was killed by signal 9", "did not
// end within 30s"; unavailable when stopped.
Result<Done> run_hook(const HookCall& call, const Stopper& stopper);

// HookRunner runs a hook on a thread of its own, one run at a time; requests that come meanwhile
// become one.
class HookRunner {
 public:
  // `record` is a file in which the last success is remembered across restarts. `ended` gets the
  // result of each run, on the runner's thread.
  HookRunner(HookCall call, std::filesystem::path record,
             std::function<void(const Result<Done>&)> ended);
  // Stops a running hook.
  ~HookRunner();

  // request asks for a run because of `what` (a hash of the file, in hex), unless the last
  // successful run was for just that or such a run is under way. So asking again after a failure
  // tries again.
  void request(std::string what, std::vector<std::string> environment);
  // wait blocks until nothing is requested or running.
  void wait();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::verifier
