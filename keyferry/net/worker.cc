#include "keyferry/net/worker.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <exception>

#include <boost/asio/post.hpp>

#include "keyferry/net/connection.h"
#include "keyferry/net/log.h"
#include "keyferry/net/response_encoder.h"

namespace keyferry::net {
namespace {

namespace asio = boost::asio;

// How late a deadline may be noticed: a quarter of the shortest, between 10 ms and a second.
Duration sweep_interval(const ServerOptions& options) {
  const Duration shortest = std::min(options.request_timeout, options.idle_timeout);
  return std::clamp(shortest / 4, Duration(10), Duration(1000));
}

}  // namespace

void ServerCore::leave() {
  if (connections.fetch_sub(1) != 1 || !draining) return;
  const std::lock_guard lock(mutex);
  drained.notify_all();
}

Worker::Worker(std::shared_ptr<ServerCore> core)
    : core_(std::move(core)),
      context_(1),
      guard_(asio::make_work_guard(context_)),
      timer_(context_),
      sweep_every_(sweep_interval(core_->options)) {}

Worker::~Worker() = default;

void Worker::start() {
  // Signals belong to the thread that waits for them (signals.h).
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { context_.run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Worker::stop() {
  asio::post(context_, [this] { close_everything(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::close_everything() {
  stopping_ = true;
  // Dropped tasks may hold Replies, whose last words find their connection closed or closing.
  std::exchange(tasks_, {}).clear();
  while (!connections_.empty()) {
    const std::shared_ptr<Connection> last = connections_.back();
    last->close();
  }
  timer_.cancel();
  guard_.reset();
}

void Worker::after(SteadyTime when, std::function<void()> task) {
  asio::post(context_,
             [this, when, task = std::move(task)]() mutable { add_task(when, std::move(task)); });
}

void Worker::add_task(SteadyTime when, std::function<void()> task) {
  if (stopping_) return;
  tasks_.emplace(when, std::move(task));
  arm();
}

void Worker::begin_drain() {
  asio::post(context_, [this] {
    const std::vector<std::shared_ptr<Connection>> all = connections_;
    for (const auto& connection : all) connection->begin_drain();
  });
}

void Worker::adopt(Accepted accepted, std::shared_ptr<const TlsContext> tls) {
  asio::post(context_, [this, accepted = std::move(accepted), tls = std::move(tls)]() mutable {
    open(std::move(accepted), std::move(tls));
  });
}

void Worker::open(Accepted accepted, std::shared_ptr<const TlsContext> tls) {
  if (stopping_ || core_->draining) return core_->leave();
  std::shared_ptr<Connection> connection;
  try {
    connection =
        std::make_shared<Connection>(shared_from_this(), std::move(accepted), std::move(tls));
  } catch (const std::exception& error) {
    log_event(LogLevel::error, "connection_failed", {{"error", error.what()}});
    return core_->leave();
  }
  connection->index = connections_.size();
  connections_.push_back(connection);
  if (connections_.size() == 1) next_sweep_ = std::chrono::steady_clock::now() + sweep_every_;
  arm();
  connection->proceed();
}

void Worker::remove(Connection& connection) {
  const std::size_t index = connection.index;
  if (index + 1 != connections_.size()) {
    std::swap(connections_[index], connections_.back());
    connections_[index]->index = index;
  }
  connections_.pop_back();
  core_->leave();
}

std::string_view Worker::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    date_ = encode_http_date(now);
  }
  return date_;
}

void Worker::arm() {
  SteadyTime next = connections_.empty() ? SteadyTime::max() : next_sweep_;
  if (!tasks_.empty()) next = std::min(next, tasks_.begin()->first);
  if (stopping_ || next >= armed_for_) return;
  armed_for_ = next;
  timer_.expires_at(next);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    armed_for_ = SteadyTime::max();
    run_due();
    arm();
  });
}

void Worker::run_due() {
  const SteadyTime now = std::chrono::steady_clock::now();
  while (!tasks_.empty() && tasks_.begin()->first <= now) {
    const std::function<void()> task = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    try {
      task();
    } catch (const std::exception& error) {
      log_event(LogLevel::error, "task_failed", {{"error", error.what()}});
    }
  }
  if (now >= next_sweep_) sweep(now);
}

void Worker::sweep(SteadyTime now) {
  next_sweep_ = now + sweep_every_;
  // Backwards: a connection that closes is replaced by the last one, which was looked at.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    const std::shared_ptr<Connection> connection = connections_[i];
    connection->check_deadline(now);
  }
}

}  // namespace keyferry::net
