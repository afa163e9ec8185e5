// One thread's event loop, with Asio behind it: posted work, timers, sockets to wait for.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "keyferry/net/tls.h"
#include "keyferry/process/unique_fd.h"

namespace keyferry::net {

using SteadyTime = std::chrono::steady_clock::time_point;

class EventLoop {
 public:
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // run works until finish() was called and nothing is left to wait for. What tasks throw is
  // logged.
  void run();
  // post runs `task` on the loop's thread, soon. Any thread, also after run() has ended (the task
  // then dies with the loop).
  void post(std::function<void()> task);
  // after runs `task` at `when`, unless finish() comes first. The loop's thread only.
  void after(SteadyTime when, std::function<void()> task);
  // finish drops the timed tasks and lets run() end. The loop's thread only.
  void finish();

 private:
  friend class Socket;
  struct State;
  std::unique_ptr<State> state_;
};

// Ready is whoever waits for a socket.
class Ready {
 public:
  virtual ~Ready() = default;
  virtual void ready() = 0;
};

// Socket owns a non-blocking socket and says when it can be read or written. The loop's thread
// only; it must die before the loop does.
class Socket {
 public:
  Socket(EventLoop& loop, process::UniqueFd fd);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  int fd() const;
  // await calls who->ready() once when the socket can be read (want_read) or written (want_write).
  // A second await for the same direction before that adds nothing. `who` is kept alive meanwhile.
  void await(IoState wanted, std::shared_ptr<Ready> who);
  // close ends all waiting (nobody is called any more) and closes the socket.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::net
