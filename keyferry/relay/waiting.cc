// Calls that wait for a change of a cell: they hold no thread, and the store's threads only hand
// them on.
#include "keyferry/relay/waiting.h"

#include <atomic>

#include "keyferry/relay/relay.h"

namespace keyferry::relay {
namespace {

struct Wait {
  CallPtr call;
  store::CellKey key;
  Time until;
  Look look;
};

// step registers first and looks then, so that no change between the two is missed. Whichever of
// the two comes first goes on with the call.
void step(const std::shared_ptr<const Wait>& wait) {
  const CallPtr& call = wait->call;
  auto taken = std::make_shared<std::atomic<bool>>(false);
  const Duration left = wait->until - call->relay.clock.now();
  const bool waits = left > Duration(0) && call->relay.wait(wait->key, left, [wait, taken] {
    if (!taken->exchange(true)) step(wait);
  });
  Seen seen = wait->look();
  if (waits && !seen.news) return;
  if (taken->exchange(true)) return;
  if (!seen.answer) return refuse(*call, seen.answer.error());
  answer(*call, *std::move(seen.answer));
}

std::string topic_of(const store::CellKey& key) {
  return std::string(text_of(key.octets));
}

}  // namespace

void answer_when_news(CallPtr call, const store::CellKey& key, Time until, Look look) {
  call->kind = CallKind::wait;
  step(std::make_shared<const Wait>(Wait{std::move(call), key, until, std::move(look)}));
}

//= spec:quality#3-waiting
void Relay::begin(notify::Waiters::After after) {
  const std::lock_guard lock(mutex_);
  after_ = after;
  waiters_ = std::make_shared<notify::Waiters>(std::move(after));
}

void Relay::finish() {
  if (const auto waiters = current_waiters()) waiters->shut_down();
}

std::shared_ptr<notify::Waiters> Relay::current_waiters() const {
  const std::lock_guard lock(mutex_);
  return waiters_;
}

bool Relay::wait(const store::CellKey& key, Duration most, std::function<void()> woken) {
  const auto waiters = current_waiters();
  if (!waiters || waiters->is_shut()) return false;
  waiters->wait(topic_of(key), most, [this, woken = std::move(woken)]() mutable {
    after_(Duration(0), std::move(woken));
  });
  return true;
}

void Relay::wake(const store::CellKey& key) {
  if (const auto waiters = current_waiters()) waiters->wake(topic_of(key));
}

std::size_t Relay::waiting() const {
  const auto waiters = current_waiters();
  return waiters ? waiters->size() : 0;
}

}  // namespace keyferry::relay
