// One mutex over all lanes. A thread takes from the next lane that holds work, and runs and
// destroys what it took outside of the lock.
#include "keyferry/process/worker_pool.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "keyferry/base/error.h"
#include "keyferry/process/log.h"

namespace keyferry::process {

struct WorkerPool::State {
  struct Queue {
    FairQueue waiting;
    decltype(Piece::since) begun{};  // when something was taken last, or came into the empty queue
    std::chrono::steady_clock::duration waited{};  // how long what was taken last had waited
  };

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::array<Queue, 3> lanes;  // by Lane
  std::size_t turn = static_cast<std::size_t>(Lane::first);
  bool stopping = false;
  std::vector<std::jthread> threads;

  Queue& lane(Lane which) { return lanes[static_cast<std::size_t>(which)]; }
  bool idle() const {
    return std::ranges::all_of(lanes, [](const auto& lane) { return lane.waiting.empty(); });
  }

  // take goes around the lanes, so that each that holds work has its turn.
  std::function<void()> take() {
    while (lanes[turn].waiting.empty()) turn = (turn + 1) % lanes.size();
    Queue& lane = lanes[turn];
    turn = (turn + 1) % lanes.size();
    Piece piece = lane.waiting.pop();
    lane.begun = std::chrono::steady_clock::now();
    lane.waited = lane.begun - piece.since;
    return std::move(piece.work);
  }

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stopping || !idle(); });
      if (stopping) return;
      std::function<void()> work = take();
      lock.unlock();
      try {
        work();
      } catch (const std::exception& error) {
        log_event(LogLevel::error, "work_failed", {{"error", error.what()}});
      }
      // What the work holds (a Reply, say) must not die under the lock.
      work = nullptr;
      lock.lock();
    }
  }
};

WorkerPool::WorkerPool(int threads) : state_(std::make_unique<State>()) {
  require(threads > 0, "a worker pool has at least one thread");
  for (int i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->run(); });
  }
}

WorkerPool::~WorkerPool() {
  decltype(state_->lanes) dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    std::swap(dropped, state_->lanes);
  }
  state_->changed.notify_all();
  state_->threads.clear();
}

bool WorkerPool::post(std::function<void()> work, Lane lane, const Owner& owner, const Room& room) {
  Piece piece{std::move(work), std::chrono::steady_clock::now()};
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return false;
    auto& place = state_->lane(lane);
    const bool was_empty = place.waiting.empty();
    if (!place.waiting.push(owner, room, piece)) return false;
    if (was_empty) place.begun = piece.since;
  }
  state_->changed.notify_one();
  return true;
}

std::chrono::steady_clock::duration WorkerPool::delay(Lane lane) const {
  const std::lock_guard lock(state_->mutex);
  const auto& place = state_->lane(lane);
  if (place.waiting.empty()) return {};
  return std::max(place.waited, std::chrono::steady_clock::now() - place.begun);
}

}  // namespace keyferry::process
