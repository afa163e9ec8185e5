// One lock and one map by due time: take() goes past the pushes whose receiver is busy or belongs
// to the other lane.
#include "keyferry/notify/push_queue.h"

#include <utility>

namespace keyferry::notify {
namespace {

constexpr int kPerReceiver = 2;
constexpr int kSlowPerReceiver = 1;
constexpr std::chrono::minutes kSlowFor{5};
constexpr std::size_t kMostSlow = 4096;
constexpr std::size_t kMostPlaces = 4096;
// A name of many addresses may meet another busy one each time.
constexpr int kMostHolds = 16;

}  // namespace

bool PushQueue::add(std::string url, std::string host) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(host);
  std::string receiver = place == places_.end() ? host : place->second;
  return queue({std::move(url), std::move(host), std::move(receiver)},
               std::chrono::steady_clock::now());
}

bool PushQueue::again(Push push, Duration pause) {
  const std::lock_guard lock(mutex_);
  return queue(std::move(push), std::chrono::steady_clock::now() + pause);
}

// The caller holds the lock.
bool PushQueue::queue(Push push, SteadyTime due) {
  if (stopping_ || urls_.contains(push.url)) return true;
  std::size_t& waits = waiting_[push.receiver];
  if (pushes_.size() < most_ && waits < most_per_receiver_) {
    ++waits;
    urls_.insert(push.url);
    pushes_.emplace(due, std::move(push));
    // Whichever thread is of the push's lane.
    wakes_.notify_all();
    return true;
  }
  if (waits == 0) waiting_.erase(push.receiver);
  return false;
}

std::optional<Push> PushQueue::take(Lane lane) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const SteadyTime now = std::chrono::steady_clock::now();
    auto next = pushes_.begin();
    while (next != pushes_.end() && next->first <= now &&
           !may_run(next->second.receiver, next->second.attempt > 0, lane, now)) {
      ++next;
    }
    if (next == pushes_.end()) {
      wakes_.wait(lock);
    } else if (next->first > now) {
      // A copy: the push may be gone when the wait ends, and its time is looked at again then.
      const SteadyTime due = next->first;
      wakes_.wait_until(lock, due);
    } else {
      return begin(next);
    }
  }
  return std::nullopt;
}

// The caller holds the lock.
Push PushQueue::begin(Waiting::iterator next) {
  Push push = std::move(next->second);
  pushes_.erase(next);
  urls_.erase(push.url);
  const auto waits = waiting_.find(push.receiver);
  if (--waits->second == 0) waiting_.erase(waits);
  ++busy_[push.receiver];
  return push;
}

bool PushQueue::may_run(const std::string& receiver, bool again, Lane lane, SteadyTime now) const {
  const auto until = slow_.find(receiver);
  const bool is_slow = again || (until != slow_.end() && until->second > now);
  if (is_slow != (lane == Lane::slow)) return false;
  const auto found = busy_.find(receiver);
  return found == busy_.end() ||
         found->second < (lane == Lane::slow ? kSlowPerReceiver : kPerReceiver);
}

bool PushQueue::admit(Push& push, const std::string& place, Lane lane) {
  const std::lock_guard lock(mutex_);
  remember(push.host, place);
  if (push.receiver == place) return true;
  if (!may_run(place, push.attempt > 0, lane, std::chrono::steady_clock::now())) return false;
  ++busy_[place];
  leave(push.receiver);
  push.receiver = place;
  return true;
}

bool PushQueue::hold(Push push, const std::string& place) {
  const std::lock_guard lock(mutex_);
  leave(push.receiver);
  if (++push.holds > kMostHolds) return false;
  push.receiver = place;
  return queue(std::move(push), std::chrono::steady_clock::now());
}

void PushQueue::finish(const Push& push, bool well) {
  const std::lock_guard lock(mutex_);
  leave(push.receiver);
  if (well) {
    slow_.erase(push.receiver);
    return;
  }
  if (slow_.size() >= kMostSlow) slow_.erase(slow_.begin());
  slow_[push.receiver] = std::chrono::steady_clock::now() + kSlowFor;
}

// The caller holds the lock.
void PushQueue::leave(const std::string& receiver) {
  const auto found = busy_.find(receiver);
  if (--found->second == 0) busy_.erase(found);
  wakes_.notify_all();
}

// The caller holds the lock.
void PushQueue::remember(const std::string& host, const std::string& place) {
  if (host == place) return;
  if (places_.size() >= kMostPlaces && !places_.contains(host)) places_.erase(places_.begin());
  places_[host] = place;
}

void PushQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
}

std::size_t PushQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return pushes_.size();
}

}  // namespace keyferry::notify
