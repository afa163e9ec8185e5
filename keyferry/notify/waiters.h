// Waking waiting readers of this process: a call that wants to wait registers under a topic, a
// write to the topic wakes it at once, a deadline wakes it otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "keyferry/base/clock.h"

namespace keyferry::notify {

// Waiters is safe from any thread. 10 000 waiters cost some 250 octets each.
class Waiters {
 public:
  // `after` runs a task later (HttpServer::after).
  using After = std::function<void(Duration, std::function<void()>)>;
  explicit Waiters(After after);
  ~Waiters();

  // wait calls `woken` exactly once: when wake(topic) is called after this call returned or began,
  // when `most` has passed, or when Waiters is shut down. Register first, then look at the state,
  // so that no change between the two is missed.
  // Returns the waiter's name for wake_one.
  std::uint64_t wait(const std::string& topic, Duration most, std::function<void()> woken);
  // wake_one wakes this waiter, if it still waits.
  void wake_one(std::uint64_t waiter);
  void wake(const std::string& topic);
  // shut_down wakes everybody; later waits are woken at once, so whoever is woken and would wait
  // again asks is_shut first.
  void shut_down();
  bool is_shut() const;
  std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace keyferry::notify
