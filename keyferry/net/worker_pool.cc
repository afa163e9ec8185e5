#include "keyferry/net/worker_pool.h"

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
  std::deque<std::function<void()>> waiting;
  bool stopping = false;
  std::vector<std::jthread> threads;

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stopping || !waiting.empty(); });
      if (stopping) return;
      std::function<void()> work = std::move(waiting.front());
      waiting.pop_front();
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
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    dropped.swap(state_->waiting);
  }
  state_->changed.notify_all();
  state_->threads.clear();
}

bool WorkerPool::post(std::function<void()> work, std::size_t most_waiting) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping || state_->waiting.size() >= most_waiting) return false;
    state_->waiting.push_back(std::move(work));
  }
  state_->changed.notify_one();
  return true;
}

}  // namespace keyferry::net
