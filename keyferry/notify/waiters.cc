// One task at the earliest deadline serves all waiters; who is woken is taken out under the lock
// and called without it.
#include "keyferry/notify/waiters.h"

#include <chrono>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace keyferry::notify {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace

struct Waiters::State : std::enable_shared_from_this<State> {
  struct Waiter;
  using Deadlines = std::multimap<SteadyTime, Waiter>;
  using Topics = std::multimap<std::string, Deadlines::iterator, std::less<>>;
  struct Waiter {
    std::function<void()> woken;
    Topics::iterator topic;
    std::uint64_t name = 0;
  };

  After after;
  std::mutex mutex;
  Deadlines waiters;
  Topics topics;
  std::unordered_map<std::uint64_t, Deadlines::iterator> names;
  std::uint64_t next_name = 1;
  SteadyTime armed_for = SteadyTime::max();  // when the earliest task given to `after` runs
  bool shut = false;

  // take removes one waiter and gives its call; the caller holds the lock, and calls without it.
  std::function<void()> take(Deadlines::iterator waiter) {
    std::function<void()> woken = std::move(waiter->second.woken);
    topics.erase(waiter->second.topic);
    names.erase(waiter->second.name);
    waiters.erase(waiter);
    return woken;
  }

  // arm asks for one task at the earliest deadline. The caller holds no lock: `after` may have one.
  void arm() {
    Duration wait{};
    SteadyTime when;
    {
      const std::lock_guard lock(mutex);
      if (waiters.empty() || waiters.begin()->first >= armed_for) return;
      when = armed_for = waiters.begin()->first;
      wait = std::chrono::ceil<Duration>(when - std::chrono::steady_clock::now());
    }
    after(std::max(wait, Duration(0)), [weak = weak_from_this(), when] {
      if (const auto self = weak.lock()) self->expire(when);
    });
  }

  // expire is the task that was asked for `when`; one that an earlier one has overtaken leaves that
  // one's mark alone.
  void expire(SteadyTime when) {
    std::vector<std::function<void()>> due;
    {
      const std::lock_guard lock(mutex);
      const SteadyTime now = std::chrono::steady_clock::now();
      if (armed_for == when) armed_for = SteadyTime::max();
      while (!waiters.empty() && waiters.begin()->first <= now)
        due.push_back(take(waiters.begin()));
    }
    for (const auto& woken : due) woken();
    arm();
  }
};

Waiters::Waiters(After after) : state_(std::make_shared<State>()) {
  state_->after = std::move(after);
}

Waiters::~Waiters() {
  shut_down();
}

std::uint64_t Waiters::wait(const std::string& topic, Duration most, std::function<void()> woken) {
  std::uint64_t name = 0;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->shut && most > Duration(0)) {
      const auto waiter = state_->waiters.emplace(std::chrono::steady_clock::now() + most,
                                                  State::Waiter{std::move(woken), {}, 0});
      waiter->second.topic = state_->topics.emplace(topic, waiter);
      waiter->second.name = name = state_->next_name++;
      state_->names.emplace(name, waiter);
      woken = nullptr;
    }
  }
  if (woken) {
    woken();
  } else {
    state_->arm();
  }
  return name;
}

void Waiters::wake_one(std::uint64_t waiter) {
  std::function<void()> woken;
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->names.find(waiter);
    if (found == state_->names.end()) return;
    woken = state_->take(found->second);
  }
  woken();
}

void Waiters::wake(const std::string& topic) {
  std::vector<std::function<void()>> woken;
  {
    const std::lock_guard lock(state_->mutex);
    for (auto found = state_->topics.find(topic); found != state_->topics.end();
         found = state_->topics.find(topic)) {
      woken.push_back(state_->take(found->second));
    }
  }
  for (const auto& call : woken) call();
}

void Waiters::shut_down() {
  std::vector<std::function<void()>> woken;
  {
    const std::lock_guard lock(state_->mutex);
    state_->shut = true;
    while (!state_->waiters.empty()) woken.push_back(state_->take(state_->waiters.begin()));
  }
  for (const auto& call : woken) call();
}

bool Waiters::is_shut() const {
  const std::lock_guard lock(state_->mutex);
  return state_->shut;
}

std::size_t Waiters::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->waiters.size();
}

}  // namespace keyferry::notify
