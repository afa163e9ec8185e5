// A wait is a chain of steps, each a task on a worker; between two of them no thread is held.
#include "keyferry/issuer/waiting.h"

#include <atomic>
#include <memory>

#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/revocation.h"

namespace keyferry::issuer {
namespace {

struct Wait {
  Service& service;
  std::string topic;
  std::chrono::steady_clock::time_point end;  // whatever becomes of the wall clock
  Look look;
  Unchanged unchanged;
  http::Reply reply;
  std::atomic<std::uint64_t> waiter = 0;  // the latest step's name for wake_one
  std::atomic<bool> gone = false;         // nobody is there any more
};

// step registers first and looks then, so that no change between the two is missed. What the
// registration wakes after an answer was given finds the flag set. It takes a lane of its own: one
// change wakes thousands, and neither a revoke stands behind them nor they behind a crowd.
void step(const std::shared_ptr<Wait>& wait) {
  const auto work = [wait] {
    auto& waiters = wait->service.waiters();
    auto answered = std::make_shared<std::atomic<bool>>(false);
    const auto left = std::chrono::ceil<Duration>(wait->end - std::chrono::steady_clock::now());
    const bool over = left <= Duration::zero() || waiters.is_shut() || wait->gone;
    if (!over) {
      wait->waiter = waiters.wait(wait->topic, left, [wait, answered] {
        if (!answered->exchange(true)) step(wait);
      });
      // Who has gone before the name stood there has woken nobody.
      if (wait->gone) waiters.wake_one(wait->waiter);
    }
    auto answer = wait->look();
    if (!answer && !over) return;
    if (answered->exchange(true)) return;
    wait->reply(answer ? *std::move(answer) : wait->unchanged());
  };
  // Whoever asked is told what he would be told at the end; what was revoked is committed.
  if (!wait->service.post_woken(work)) wait->reply(wait->unchanged());
}

}  // namespace

bool hold_wait(Service& service, const std::string& who, std::size_t most, http::Reply& reply) {
  auto slot = service.waits().take(who, most);
  if (!slot) return false;
  auto held = std::make_shared<net::SourceSlots::Slot>(*std::move(slot));
  reply = reply.through([held](http::Response response) {
    held->give_back();  // whoever asks again at once finds it free
    return response;
  });
  return true;
}

void answer_when_changed(Service& service, std::string topic, Duration most, Look look,
                         Unchanged unchanged, http::Reply reply) {
  const auto wait =
      std::make_shared<Wait>(service, std::move(topic), std::chrono::steady_clock::now() + most,
                             std::move(look), std::move(unchanged), std::move(reply));
  // It ends by an answer that nobody reads, so that waits which nobody waits for do not pile up.
  wait->reply.when_gone([weak = std::weak_ptr(wait)] {
    const auto left = weak.lock();
    if (!left) return;
    left->gone = true;
    left->service.waiters().wake_one(left->waiter);
  });
  step(wait);
}

void answer_when_taken(Service& service, const std::string& who, Duration most,
                       ledger::Revoked revoked, http::Reply reply) {
  const auto body = [&service, revoked = std::move(revoked)] {
    return render_revoked(service.settings(), revoked, service.lists_in_force(), service.now());
  };
  const auto answer = [body] { return json_answer(200, body()); };
  if (!hold_wait(service, who, service.settings().waits_per_holder, reply)) {
    return reply(answer());
  }
  const auto look = [body]() -> std::optional<http::Response> {
    const auto now = body();
    if (awaits_verifiers(now)) return std::nullopt;
    return json_answer(200, now);
  };
  answer_when_changed(service, std::string(kAcksTopic), most, look, answer, std::move(reply));
}

}  // namespace keyferry::issuer
