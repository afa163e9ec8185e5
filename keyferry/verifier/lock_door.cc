// The queue is bounded and open() never waits, for the lock calls it while it decides. What has
// waited too long is dropped: its person has gone, or its right may have been taken back since.
#include "keyferry/verifier/lock_door.h"

namespace keyferry::verifier {
namespace {

constexpr std::size_t kMostWaiting = 16;
constexpr Duration kMostDelay = std::chrono::seconds(10);

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

bool LockDoor::open(std::vector<std::string> environment) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) return false;
    waiting_.push_back({std::chrono::steady_clock::now(), std::move(environment)});
  }
  changed_.notify_all();
  return true;
}

void LockDoor::forget() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

void LockDoor::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Opening next = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    lock.unlock();
    HookCall once = call_;
    for (std::string& line : next.environment) once.environment.push_back(std::move(line));
    const bool late = std::chrono::steady_clock::now() - next.asked > kMostDelay;
    const auto result = late ? Result<Done>(fail(Errc::conflict, "it waited for ten seconds"))
                             : run_hook(once, stopper_);
    if (result || result.error().code != Errc::unavailable) ended_(result);
    lock.lock();
  }
}

}  // namespace keyferry::verifier
