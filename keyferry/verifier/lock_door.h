// One door: its command, which turns the bolt.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "keyferry/verifier/hook.h"

namespace keyferry::verifier {

struct LockDoorSettings {
  std::string name;               // 1 to 16 octets
  std::string listen;             // HOST:PORT or unix:PATH
  unsigned mode = 0666;           // of a unix socket
  std::vector<std::string> open;  // command and arguments
  Duration open_timeout{5'000};
};

// LockDoor runs the command on a thread of its own, once for each opening, in their order.
class LockDoor {
 public:
  // `ended` gets each result, on that thread.
  LockDoor(const LockDoorSettings& settings, std::function<void(const Result<Done>&)> ended);
  // Stops a running command.
  ~LockDoor();
  LockDoor(const LockDoor&) = delete;
  LockDoor& operator=(const LockDoor&) = delete;

  // open returns at once: it is called while the lock decides. False: 16 wait already, and the
  // command does not run for this one; nor for one that has waited for ten seconds, of which
  // `ended` gets an error (conflict).
  bool open(std::vector<std::string> environment);
  // forget drops what waits.
  void forget();

 private:
  struct Opening {
    std::chrono::steady_clock::time_point asked;
    std::vector<std::string> environment;
  };
  void work();

  HookCall call_;
  std::function<void(const Result<Done>&)> ended_;
  Stopper stopper_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Opening> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace keyferry::verifier
