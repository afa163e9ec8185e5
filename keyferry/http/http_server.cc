// The server as its owner sees it: binding, accepting, certificates, the orderly end.
#include "keyferry/http/http_server.h"

#include <mutex>

#include "keyferry/http/worker.h"
#include "keyferry/net/acceptor.h"
#include "keyferry/net/listener.h"
#include "keyferry/net/passed_sockets.h"
#include "keyferry/net/tls.h"
#include "keyferry/process/signals.h"

namespace keyferry::http {
namespace {

// How long one secret protects session tickets.
constexpr std::chrono::hours kTicketLife{12};

class Server final : public HttpServer {
 public:
  Server(net::Listener listener, std::shared_ptr<const net::TlsContext> tls, ServerOptions options,
         Handler handler)
      : core_(std::make_shared<ServerCore>()), tls_(std::move(tls)), address_(listener.address()) {
    core_->options = std::move(options);
    core_->handler = std::move(handler);
    for (int i = 0; i < core_->options.threads; ++i) {
      workers_.push_back(std::make_shared<Worker>(core_));
    }
    acceptor_ = std::make_shared<net::Acceptor>(
        workers_[0]->loop(), std::move(listener),
        [this](net::Accepted accepted) { take(std::move(accepted)); });
    acceptor_->start();
    if (tls_) refresh_tickets_later();
    for (const auto& worker : workers_) worker->start();
  }
  ~Server() override { drain(Duration(0)); }

  std::string address() const override { return address_; }
  std::size_t connections() const override { return core_->connections; }

  Result<Done> reload_tls() override {
    const std::optional<TlsFiles>& files = core_->options.tls;
    if (!files) return Done{};
    KF_TRY(auto fresh, net::TlsContext::load(files->certificate, files->key));
    const std::lock_guard lock(tls_mutex_);
    tls_ = std::move(fresh);
    return Done{};
  }

  void after(Duration delay, std::function<void()> task) override {
    net::EventLoop& loop = workers_[next_timer_++ % workers_.size()]->loop();
    const net::SteadyTime when = std::chrono::steady_clock::now() + delay;
    loop.post([&loop, when, task = std::move(task)] { loop.after(when, task); });
  }

  void drain(Duration limit) override {
    const std::lock_guard once(drain_mutex_);
    if (!acceptor_) return;
    core_->draining = true;
    workers_[0]->loop().post([acceptor = acceptor_] { acceptor->stop(); });
    for (const auto& worker : workers_) worker->begin_drain();
    {
      std::unique_lock lock(core_->mutex);
      core_->drained.wait_for(lock, limit, [&] { return core_->connections == 0; });
    }
    for (const auto& worker : workers_) worker->stop();
    for (const auto& worker : workers_) worker->join();
    acceptor_.reset();
  }

 private:
  // On the first worker's thread, or before it runs.
  void refresh_tickets_later() {
    workers_[0]->loop().after(std::chrono::steady_clock::now() + kTicketLife, [this] {
      {
        const std::lock_guard lock(tls_mutex_);
        tls_ = tls_->with_fresh_tickets();
      }
      refresh_tickets_later();
    });
  }

  // has_room tells whether the source of a new connection may hold one more, and counts it.
  bool has_room(net::Accepted& accepted) {
    const ServerOptions& options = core_->options;
    if (!accepted.peer || options.proxies.trusts_peer(accepted.peer)) return true;
    auto slot = slots_.take(net::source_of(*accepted.peer), options.max_connections_per_source);
    if (slot) accepted.slot = *std::move(slot);
    return slot.has_value();
  }

  // take closes what it does not hand on.
  void take(net::Accepted accepted) {
    if (core_->connections >= core_->options.max_connections || !has_room(accepted)) return;
    ++core_->connections;
    std::shared_ptr<const net::TlsContext> tls;
    {
      const std::lock_guard lock(tls_mutex_);
      tls = tls_;
    }
    workers_[next_worker_++ % workers_.size()]->adopt(std::move(accepted), std::move(tls));
  }

  std::shared_ptr<ServerCore> core_;
  std::mutex tls_mutex_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::string address_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::shared_ptr<net::Acceptor> acceptor_;
  net::SourceSlots slots_;
  std::size_t next_worker_ = 0;
  std::atomic<std::size_t> next_timer_ = 0;
  std::mutex drain_mutex_;
};

Result<Done> check_plain_http(bool is_private, const std::string& listen, bool tls) {
  //= spec:tigress#TRN-01
  //= spec:tigress#TRN-07
  if (!tls && !is_private) {
    return fail(Errc::invalid, "plain HTTP on " + listen +
                                   " is refused: give certificate and key, or listen on a loopback "
                                   "address or a unix socket");
  }
  return Done{};
}

Result<net::Listener> open_listener(const ServerOptions& options) {
  const bool tls = options.tls.has_value();
  if (!options.socket_name.empty()) {
    KF_TRY(auto passed, net::take_passed_socket(options.socket_name));
    if (passed) {
      KF_TRY(check_plain_http(passed->is_private(), passed->address(), tls));
      return *std::move(passed);
    }
  }
  KF_TRY(const net::ListenAddress address, net::parse_listen_address(options.listen));
  KF_TRY(check_plain_http(address.is_private(), options.listen, tls));
  return net::Listener::open(address, options.socket_mode);
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, Handler handler) {
  require(options.threads > 0 && handler != nullptr, "a server has threads and a handler");
  std::shared_ptr<const net::TlsContext> tls;
  if (options.tls) {
    KF_TRY(tls, net::TlsContext::load(options.tls->certificate, options.tls->key));
  }
  KF_TRY(net::Listener listener, open_listener(options));
  process::ignore_broken_pipes();
  return std::unique_ptr<HttpServer>(std::make_unique<Server>(
      std::move(listener), std::move(tls), std::move(options), std::move(handler)));
}

Result<Done> check_listening(const std::string& listen, const std::optional<TlsFiles>& tls) {
  KF_TRY(const net::ListenAddress address, net::parse_listen_address(listen));
  KF_TRY(check_plain_http(address.is_private(), listen, tls.has_value()));
  if (tls) {
    KF_TRY([[maybe_unused]] const auto context, net::TlsContext::load(tls->certificate, tls->key));
  }
  return Done{};
}

}  // namespace keyferry::http
