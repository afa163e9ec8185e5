// What is wanted is one slot beside what runs and what is done, so requests during a run become
// one, and none if nothing is new.
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "keyferry/file/file.h"
#include "keyferry/verifier/hook.h"

namespace keyferry::verifier {

struct HookRunner::State {
  struct Wanted {
    std::string what;
    std::vector<std::string> environment;
  };
  HookCall call;
  std::filesystem::path record;
  std::function<void(const Result<Done>&)> ended;
  Stopper stopper;

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Wanted> wanted;
  std::string running;  // what the run under way is for; empty: none
  std::string done;     // what the last successful run was for
  bool stopping = false;
  std::thread thread;

  Result<Done> run(const Wanted& now) {
    HookCall once = call;
    once.environment.insert(once.environment.end(), now.environment.begin(), now.environment.end());
    KF_TRY(run_hook(once, stopper));
    return file::replace(record, bytes_of(now.what), 0600);
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopping || wanted; });
      if (stopping) return;
      const Wanted now = *std::exchange(wanted, std::nullopt);
      running = now.what;
      lock.unlock();
      const auto result = run(now);
      if (result || result.error().code != Errc::unavailable) ended(result);
      lock.lock();
      if (result) done = now.what;
      running.clear();
      changed.notify_all();
    }
  }
};

HookRunner::HookRunner(HookCall call, std::filesystem::path record,
                       std::function<void(const Result<Done>&)> ended)
    : state_(std::make_unique<State>()) {
  state_->call = std::move(call);
  state_->record = std::move(record);
  state_->ended = std::move(ended);
  if (auto recorded = file::read_text(state_->record, 1024)) state_->done = *recorded;
  state_->thread = std::thread([state = state_.get()] { state->work(); });
}

HookRunner::~HookRunner() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->stopper.stop();
  state_->changed.notify_all();
  state_->thread.join();
}

void HookRunner::request(std::string what, std::vector<std::string> environment) {
  {
    const std::lock_guard lock(state_->mutex);
    const std::string& latest = state_->running.empty() ? state_->done : state_->running;
    if (what == latest) {
      state_->wanted.reset();
      return;
    }
    state_->wanted = State::Wanted{std::move(what), std::move(environment)};
  }
  state_->changed.notify_all();
}

void HookRunner::wait() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return !state_->wanted && state_->running.empty(); });
}

}  // namespace keyferry::verifier
