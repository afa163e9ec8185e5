// The only unit that uses Asio (boost.cc compiles it).
#include "keyferry/net/event_loop.h"

#include <exception>
#include <map>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "keyferry/process/log.h"

namespace keyferry::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

struct EventLoop::State {
  // One thread runs it, others post to it.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(context);
  // One timer for all tasks: the earliest.
  asio::steady_timer timer{context};
  SteadyTime armed_for = SteadyTime::max();
  std::multimap<SteadyTime, std::function<void()>> tasks;
  bool finished = false;

  void arm() {
    if (tasks.empty() || tasks.begin()->first >= armed_for) return;
    armed_for = tasks.begin()->first;
    timer.expires_at(armed_for);
    timer.async_wait([this](const error_code& error) {
      if (error) return;
      armed_for = SteadyTime::max();
      run_due();
      arm();
    });
  }

  void run_due() {
    const SteadyTime now = std::chrono::steady_clock::now();
    while (!tasks.empty() && tasks.begin()->first <= now) {
      const std::function<void()> task = std::move(tasks.begin()->second);
      tasks.erase(tasks.begin());
      run(task);
    }
  }

  static void run(const std::function<void()>& task) {
    try {
      task();
    } catch (const std::exception& error) {
      process::log_event(process::LogLevel::error, "task_failed", {{"error", error.what()}});
    }
  }
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  state_->context.run();
}

void EventLoop::post(std::function<void()> task) {
  asio::post(state_->context, [task = std::move(task)] { State::run(task); });
}

void EventLoop::after(SteadyTime when, std::function<void()> task) {
  if (state_->finished) return;
  state_->tasks.emplace(when, std::move(task));
  state_->arm();
}

void EventLoop::finish() {
  state_->finished = true;
  std::exchange(state_->tasks, {}).clear();
  state_->timer.cancel();
  state_->guard.reset();
}

struct Socket::State {
  State(asio::io_context& context, process::UniqueFd fd) : descriptor(context, fd.value()) {
    fd.release();
  }

  asio::posix::stream_descriptor descriptor;
  bool reading = false;
  bool writing = false;
};

Socket::Socket(EventLoop& loop, process::UniqueFd fd)
    : state_(std::make_unique<State>(loop.state_->context, std::move(fd))) {}

Socket::~Socket() = default;

int Socket::fd() const {
  // native_handle is not const in Asio.
  return state_->descriptor.native_handle();
}

void Socket::await(IoState wanted, std::shared_ptr<Ready> who) {
  const bool read = wanted == IoState::want_read;
  bool& waiting = read ? state_->reading : state_->writing;
  if (waiting) return;
  waiting = true;
  state_->descriptor.async_wait(
      read ? asio::posix::stream_descriptor::wait_read : asio::posix::stream_descriptor::wait_write,
      [&waiting, who = std::move(who)](const error_code& error) {
        // After an error `waiting` may be gone with the socket.
        if (error) return;
        waiting = false;
        who->ready();
      });
}

void Socket::close() {
  error_code ignored;
  state_->descriptor.close(ignored);
}

}  // namespace keyferry::net
