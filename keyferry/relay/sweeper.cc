// Sweeps portion by portion until one is not full, with nothing locked; after a failure the next
// period tries again.
#include "keyferry/relay/sweeper.h"

#include "keyferry/process/log.h"

namespace keyferry::relay {
namespace {

// A portion small enough to hold up no call for long.
constexpr std::size_t kPortion = 1000;

}  // namespace

Sweeper::Sweeper(Relay& relay, Duration period)
    : relay_(relay), period_(period), thread_([this] { run(); }) {}

Sweeper::~Sweeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_signal_.notify_all();
  thread_.join();
}

void Sweeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    sweep_once();
    lock.lock();
    stop_signal_.wait_for(lock, period_, [this] { return stopping_; });
  }
}

//= spec:tigress#MBX-04
void Sweeper::sweep_once() {
  const auto begun = std::chrono::steady_clock::now();
  std::size_t cells = 0;
  while (true) {
    const auto swept = relay_.store.sweep(relay_.clock.now(), kPortion);
    if (!swept) {
      process::log_event(process::LogLevel::error, "sweep_failed",
                         {{"detail", swept.error().detail}});
      relay_.metrics.count_store_error(reason_of(swept.error()));
      return;
    }
    cells += *swept;
    if (*swept < kPortion) break;
  }
  relay_.metrics.count_sweep(cells, std::chrono::steady_clock::now() - begun);
  std::size_t live = 0;
  for (const auto& count : relay_.store.counts()) live += count.cells;
  relay_.metrics.set_cells(live);
}

}  // namespace keyferry::relay
