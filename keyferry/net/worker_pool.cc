#include "keyferry/net/worker_pool.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "keyferry/base/error.h"
#include "keyferry/net/log.h"

namespace keyferry::net {

struct WorkerPool::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::array<std::deque<std::function<void()>>, 2> waiting;  // by Lane
  Lane turn = Lane::first;
  bool stopping = false;
  std::vector<std::jthread> threads;

  std::deque<std::function<void()>>& lane(Lane which) {
    return waiting[static_cast<std::size_t>(which)];
  }
  bool idle() { return lane(Lane::usual).empty() && lane(Lane::first).empty(); }

  std::function<void()> take() {
    const Lane other = turn == Lane::first ? Lane::usual : Lane::first;
    auto& next = lane(turn).empty() ? lane(other) : lane(turn);
    turn = &next == &lane(Lane::first) ? Lane::usual : Lane::first;
    std::function<void()> work = std::move(next.front());
    next.pop_front();
    return work;
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
  decltype(state_->waiting) dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    dropped.swap(state_->waiting);
  }
  state_->changed.notify_all();
  state_->threads.clear();
}

bool WorkerPool::post(std::function<void()> work, Lane lane, std::size_t most_waiting) {
  {
    const std::lock_guard lock(state_->mutex);
    auto& waiting = state_->lane(lane);
    if (state_->stopping || waiting.size() >= most_waiting) return false;
    waiting.push_back(std::move(work));
  }
  state_->changed.notify_one();
  return true;
}

}  // namespace keyferry::net
