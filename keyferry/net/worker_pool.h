// Threads for work that blocks (SQL with an fsync, file writes), so that I/O threads never do.
#pragma once

#include <functional>
#include <memory>

namespace keyferry::net {

// Lane is where work waits. While both lanes hold some, they take turns: what comes by `first`
// waits for no crowd in `usual`, and cannot starve it.
enum class Lane { usual, first };

class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  // Waits for the work that runs; work not begun yet is dropped (its Reply then answers 500).
  ~WorkerPool();
  // post runs `work` on one of the threads. False, and nothing runs, when `most_waiting` pieces
  // wait in its lane already: the caller answers 503.
  bool post(std::function<void()> work, Lane lane = Lane::usual, std::size_t most_waiting = 4096);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::net
