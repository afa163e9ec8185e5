// Whatever touches a connection is a task on its worker's loop; a connection knows its index and
// leaves by a swap with the last.
#include "keyferry/http/worker.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <exception>

#include "keyferry/http/connection.h"
#include "keyferry/http/response_encoder.h"
#include "keyferry/process/log.h"

namespace keyferry::http {
namespace {

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

Worker::Worker(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}

Worker::~Worker() = default;

void Worker::start() {
  // Signals belong to the thread that waits for them (signals.h).
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { loop_.run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Worker::stop() {
  loop_.post([this] { close_everything(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::close_everything() {
  stopping_ = true;
  while (!connections_.empty()) {
    const std::shared_ptr<Connection> last = connections_.back();
    last->close();
  }
  // Dropped tasks may hold Replies, whose last words find their connection closed.
  loop_.finish();
}

void Worker::begin_drain() {
  loop_.post([this] {
    const std::vector<std::shared_ptr<Connection>> all = connections_;
    for (const auto& connection : all) connection->begin_drain();
  });
}

void Worker::adopt(net::Accepted accepted, std::shared_ptr<const net::TlsContext> tls) {
  // A std::function must be copyable, a descriptor is not.
  auto shared = std::make_shared<net::Accepted>(std::move(accepted));
  loop_.post([this, shared, tls = std::move(tls)] { open(std::move(*shared), tls); });
}

void Worker::open(net::Accepted accepted, std::shared_ptr<const net::TlsContext> tls) {
  if (stopping_ || core_->draining) return core_->leave();
  std::shared_ptr<Connection> connection;
  try {
    connection =
        std::make_shared<Connection>(shared_from_this(), std::move(accepted), std::move(tls));
  } catch (const std::exception& error) {
    process::log_event(process::LogLevel::error, "connection_failed", {{"error", error.what()}});
    return core_->leave();
  }
  connection->index = connections_.size();
  connections_.push_back(connection);
  if (!sweeping_) sweep();
  connection->ready();
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

// sweep looks at every deadline now and then: far cheaper than a timer for each request. So is
// asking there who of the waiting has gone: to wait for that would tell of octets that nobody reads
// yet, again and again.
void Worker::sweep() {
  const net::SteadyTime now = std::chrono::steady_clock::now();
  // Backwards: a connection that closes is replaced by the last one, which was looked at.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    const std::shared_ptr<Connection> connection = connections_[i];
    connection->check(now);
  }
  sweeping_ = !connections_.empty();
  if (sweeping_) loop_.after(now + sweep_interval(core_->options), [this] { sweep(); });
}

}  // namespace keyferry::http
