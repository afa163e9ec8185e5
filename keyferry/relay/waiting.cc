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
  std::chrono::steady_clock::time_point until;
  Look look;
  net::SourceSlots::Slot slot;
  std::atomic<std::uint64_t> waiter = 0;  // the latest step's name for wake_one
  std::atomic<bool> gone = false;         // nobody is there any more
};

// step registers first and looks then, so that no change between the two is missed. Whichever of
// the two comes first goes on with the call.
void step(const std::shared_ptr<Wait>& wait) {
  const CallPtr& call = wait->call;
  auto taken = std::make_shared<std::atomic<bool>>(false);
  const auto left = std::chrono::ceil<Duration>(wait->until - std::chrono::steady_clock::now());
  std::optional<std::uint64_t> waiter;
  if (left > Duration(0) && !wait->gone) {
    waiter = call->relay.wait(wait->key, left, [wait, taken] {
      if (!taken->exchange(true)) step(wait);
    });
  }
  if (waiter) {
    wait->waiter = *waiter;
    // Who has gone before the name stood there has woken nobody.
    if (wait->gone) call->relay.wake_one(*waiter);
  }
  Seen seen = wait->look();
  if (waiter && !seen.news) return;
  if (taken->exchange(true)) return;
  // Before the answer: whoever has that may wait again.
  if (waiter) call->relay.wake_one(*waiter);
  wait->slot.give_back();
  if (!seen.answer) return refuse(*call, seen.answer.error());
  answer(*call, *std::move(seen.answer));
}

std::string topic_of(const store::CellKey& key) {
  return std::string(text_of(key.octets));
}

}  // namespace

void answer_when_news(CallPtr call, const store::CellKey& key, Duration most, Look look) {
  auto wait = std::make_shared<Wait>();
  auto slot = call->relay.waits.take(call->source, call->settings->waits_per_source);
  wait->key = key;
  // A wish to wait may be left unheard: whoever overdoes it is told how things stand.
  wait->until = std::chrono::steady_clock::now() + (slot ? most : Duration(0));
  if (slot) wait->slot = *std::move(slot);
  wait->look = std::move(look);
  call->kind = CallKind::wait;
  call->reply.when_gone([weak = std::weak_ptr(wait)] {
    const auto left = weak.lock();
    if (!left) return;
    left->gone = true;
    left->call->relay.wake_one(left->waiter);
  });
  wait->call = std::move(call);
  step(wait);
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

std::optional<std::uint64_t> Relay::wait(const store::CellKey& key, Duration most,
                                         std::function<void()> woken) {
  const auto waiters = current_waiters();
  if (!waiters || waiters->is_shut()) return std::nullopt;
  return waiters->wait(topic_of(key), most, [this, woken = std::move(woken)]() mutable {
    after_(Duration(0), std::move(woken));
  });
}

void Relay::wake_one(std::uint64_t waiter) {
  if (const auto waiters = current_waiters()) waiters->wake_one(waiter);
}

void Relay::wake(const store::CellKey& key) {
  if (const auto waiters = current_waiters()) waiters->wake(topic_of(key));
}

std::size_t Relay::waiting() const {
  const auto waiters = current_waiters();
  return waiters ? waiters->size() : 0;
}

}  // namespace keyferry::relay
