// Taking new connections on an event loop.
#pragma once

#include <functional>
#include <memory>

#include "keyferry/net/event_loop.h"
#include "keyferry/net/listener.h"

namespace keyferry::net {

// Acceptor gives every new connection to `take`, on the loop's thread, from start() to stop().
class Acceptor final : public Ready, public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(EventLoop& loop, Listener listener, std::function<void(Accepted)> take);

  // start: before the loop runs, or on its thread. stop: on its thread; the address is free then.
  void start();
  void stop();
  void ready() override;

 private:
  EventLoop& loop_;
  std::function<void(Accepted)> take_;
  std::unique_ptr<Listener> listener_;
  Socket socket_;
};

}  // namespace keyferry::net
