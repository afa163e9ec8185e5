// The queue is bounded and open() never waits, for the lock calls it while it decides.
#include "keyferry/verifier/lock_door.h"

namespace keyferry::verifier {
namespace {

constexpr std::size_t kMostWaiting = 16;

}  // namespace

LockDoor::LockDoor(const LockDoorSettings& settings, std::function<void(const Result<Done>&)> ended)
    : call_{settings.open, {"KEYFERRY_DOOR=" + settings.name}, settings.open_timeout},
      ended_(std::move(ended)),
      thread_([this] { work(); }) {}

LockDoor::~LockDoor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopper_.stop();
  changed_.notify_all();
  thread_.join();
}

void LockDoor::open(std::vector<std::string> environment) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) return;
    waiting_.push_back(std::move(environment));
  }
  changed_.notify_all();
}

void LockDoor::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    HookCall once = call_;
    for (std::string& line : waiting_.front()) once.environment.push_back(std::move(line));
    waiting_.erase(waiting_.begin());
    lock.unlock();
    const auto result = run_hook(once, stopper_);
    if (result || result.error().code != Errc::unavailable) ended_(result);
    lock.lock();
  }
}

}  // namespace keyferry::verifier
