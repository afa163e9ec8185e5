#include "keyferry/issuer/waiting.h"

#include <memory>

namespace keyferry::issuer {
namespace {

struct Wait {
  Service& service;
  std::string topic;
  std::chrono::steady_clock::time_point end;  // whatever becomes of the wall clock
  Look look;
  Unchanged unchanged;
  net::Reply reply;
};

// step registers first and looks then, so that no change between the two is missed. What the
// registration wakes after an answer was given finds the flag set.
void step(const std::shared_ptr<Wait>& wait) {
  wait->service.post(wait->reply, [wait] {
    auto answered = std::make_shared<std::atomic<bool>>(false);
    const auto left = std::chrono::ceil<Duration>(wait->end - std::chrono::steady_clock::now());
    const bool over = left <= Duration::zero() || wait->service.waiters().is_shut();
    if (!over) {
      wait->service.waiters().wait(wait->topic, left, [wait, answered] {
        if (!answered->exchange(true)) step(wait);
      });
    }
    auto answer = wait->look();
    if (!answer && !over) return;
    if (answered->exchange(true)) return;
    wait->reply(answer ? *std::move(answer) : wait->unchanged());
  });
}

}  // namespace

void answer_when_changed(Service& service, std::string topic, Duration most, Look look,
                         Unchanged unchanged, net::Reply reply) {
  step(std::make_shared<Wait>(Wait{service, std::move(topic),
                                   std::chrono::steady_clock::now() + most, std::move(look),
                                   std::move(unchanged), std::move(reply)}));
}

}  // namespace keyferry::issuer
