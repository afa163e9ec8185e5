// Threads for work that blocks (SQL with an fsync, file writes), so that I/O threads never do.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "keyferry/process/fair_queue.h"

namespace keyferry::process {

// Lane is where work waits. Lanes that hold some take turns: what comes by `first` waits for no
// crowd in the others, and cannot starve them. `woken` is for calls that waited for a change: one
// change wakes them all.
enum class Lane { usual, first, woken };

class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  // Waits for the work that runs; work not begun yet is dropped (its Reply then answers 500).
  ~WorkerPool();
  // post runs `work` on one of the threads. False, and nothing runs, when its lane has no room for
  // one more piece of that owner: the caller answers 503.
  bool post(std::function<void()> work, Lane lane = Lane::usual, const Owner& owner = {},
            const Room& room = {});
  // delay is how long work in a lane waits at present: as long as what was begun last has waited,
  // or as long as nothing was begun although something waits.
  std::chrono::steady_clock::duration delay(Lane lane) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::process
