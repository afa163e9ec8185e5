// Takes a batch, then waits for the socket again. Out of descriptors it pauses, for the socket
// stays ready and would be turned around without end.
#include "keyferry/net/acceptor.h"

#include "keyferry/base/clock.h"
#include "keyferry/process/log.h"

namespace keyferry::net {
namespace {

// Out of descriptors or memory: the pause before the next try.
constexpr Duration kPause{100};
// So many connections are taken before others get their turn on the loop.
constexpr int kBatch = 64;

}  // namespace

Acceptor::Acceptor(EventLoop& loop, Listener listener, std::function<void(Accepted)> take)
    : loop_(loop),
      take_(std::move(take)),
      listener_(std::make_unique<Listener>(std::move(listener))),
      socket_(loop, listener_->take_fd()) {}

void Acceptor::start() {
  socket_.await(IoState::want_read, shared_from_this());
}

void Acceptor::stop() {
  socket_.close();
  listener_.reset();
}

void Acceptor::ready() {
  if (!listener_) return;
  for (int i = 0; i < kBatch; ++i) {
    std::variant<Accepted, AcceptFailure> outcome = accept_one(socket_.fd());
    if (auto* accepted = std::get_if<Accepted>(&outcome)) {
      take_(std::move(*accepted));
      continue;
    }
    const AcceptFailure failure = std::get<AcceptFailure>(outcome);
    if (failure == AcceptFailure::nobody) break;
    if (failure == AcceptFailure::exhausted) {
      process::log_event(process::LogLevel::error, "accept_failed",
                         {{"error", "no descriptors or memory left"}});
      loop_.after(std::chrono::steady_clock::now() + kPause, [self = shared_from_this()] {
        if (self->listener_) self->start();
      });
      return;
    }
  }
  start();
}

}  // namespace keyferry::net
