// The admin socket starts first, for its loop keeps the service's timers, and the API last; on the
// way down waiting calls are answered before anything closes.
#include "server.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <prometheus/registry.h>

#include "keyferry/codec/json.h"
#include "keyferry/http/problem.h"
#include "keyferry/issuer/administrator.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/list_metrics.h"
#include "keyferry/issuer/routes.h"
#include "keyferry/issuer/service.h"
#include "keyferry/issuer/waiting.h"
#include "keyferry/ledger/room.h"
#include "keyferry/net/passed_sockets.h"
#include "keyferry/process/log.h"
#include "keyferry/service/admin.h"
#include "keyferry/service/metrics.h"

namespace keyferry::cmd {
namespace {

using boost::json::object;

constexpr Duration kDrain = std::chrono::seconds(10);
constexpr std::size_t kMostBody = 64 * 1024;  // octets, as docs/authority.md says

// The answer keeps quiet about what failed inside, and says that the log tells it.
void log_failure(const Error& error) {
  const Errc code = error.code;
  if (code != Errc::io && code != Errc::internal && code != Errc::storage_full) return;
  process::log_event(process::LogLevel::error, "command_failed", {{"detail", error.detail}});
}

template <class T>
Result<T> logged(Result<T> answer) {
  if (!answer) log_failure(answer.error());
  return answer;
}

// patience is the member `wait` of a revoke, in seconds. Errors: invalid.
Result<std::optional<Duration>> patience(const object& command) {
  const auto* name = command.if_contains("command");
  if (!name || *name != "revoke") return std::optional<Duration>();
  KF_TRY(const auto wait, codec::optional_integer_member(command, "wait", 0, 25));
  return wait ? std::optional<Duration>(std::chrono::seconds(*wait)) : std::nullopt;
}

class Server final : public AuthorityServer {
 public:
  Server(const AuthorityConfig& config, Opened opened)
      : lock_(std::move(opened.lock)),
        service_(std::make_unique<issuer::Service>(config.settings, std::move(opened.keys),
                                                   std::move(opened.ledger), clock_,
                                                   config.threads + 1)),
        has_tls_(config.tls.has_value()) {}

  Result<Done> listen(const AuthorityConfig& config) {
    KF_TRY(listen_socket(config));
    KF_TRY(service_->begin([this](Duration delay, std::function<void()> task) {
      socket_->after(delay, std::move(task));
    }));
    begun_ = true;
    KF_TRY(admin_,
           service::start_admin(
               config.listen_admin, registry_, [this] { return ready(); }, [this] { refresh(); }));
    http::ServerOptions options;
    options.listen = config.listen_api;
    options.socket_name = net::kApiSocket;
    options.tls = config.tls;
    options.threads = config.threads;
    options.max_body = kMostBody;
    options.max_connections_per_source = config.connections_per_source;
    options.proxies = config.settings.trusted_proxies;
    KF_TRY(api_,
           http::HttpServer::start(options, issuer::make_handler(*service_, metrics_.observer())));
    serving_ = true;
    return Done{};
  }

  std::string address() const override { return api_->address(); }

  Result<Done> reload() override {
    if (!has_tls_) return Done{};
    return api_->reload_tls();
  }

  void stop() override {
    serving_ = false;
    service_->finish();
    api_->drain(kDrain);
    socket_->drain(kDrain);
    admin_->drain(Duration(0));
  }

 private:
  Result<Done> ready() const {
    if (serving_) return service_->ledger().check();
    return fail(Errc::unavailable, "starting or stopping");
  }

  void refresh() {
    if (!serving_) return;
    metrics_.show_connections(api_->connections());
    list_metrics_.show(service_->lists(), clock_.now());
    short_.Set(service_->ledger().short_of_space() ? 1 : 0);
    waiting_.Set(static_cast<double>(service_->waiters().size()));
  }

  Result<Done> listen_socket(const AuthorityConfig& config) {
    http::ServerOptions options;
    options.listen = "unix:" + config.socket().string();
    options.threads = 1;
    options.max_body = kMostBody;
    // We hold the ledger's lock, so a socket that lies here is a dead one.
    std::error_code ignored;
    std::filesystem::remove(config.socket(), ignored);
    KF_TRY(socket_,
           http::HttpServer::start(options, [this](http::Request request, http::Reply reply) {
             command(std::move(request), std::move(reply));
           }));
    return Done{};
  }

  // command answers POST /command on the admin socket: the socket's mode says who may.
  void command(http::Request request, http::Reply reply) {
    if (request.method != "POST" || request.path != "/command") {
      return reply(http::problem(fail(Errc::not_found, "there is nothing here")));
    }
    if (!begun_) {
      return reply(http::problem(fail(Errc::unavailable, "the server is starting", "starting")));
    }
    service_->post(
        reply,
        [this, reply, body = std::move(request.body)] {
          const auto asked = codec::parse_json_object(body);
          if (!asked) return reply(http::problem(asked.error()));
          const auto wait = patience(*asked);
          if (!wait) return reply(http::problem(wait.error()));
          if (*wait) return revoke(**wait, *asked, reply);
          const auto answer = logged(issuer::administer(administration(), *asked));
          reply(answer ? issuer::json_answer(200, *answer) : http::problem(answer.error()));
        },
        process::Lane::first, {"administrator", {}});
  }

  void revoke(Duration most, const object& command, const http::Reply& reply) {
    auto revoked = logged(issuer::administer_revoke(administration(), command));
    if (!revoked) return reply(http::problem(revoked.error()));
    issuer::answer_when_taken(*service_, "administrator", most, *std::move(revoked), reply);
  }

  issuer::Administration administration() {
    return {service_->settings(), service_->keys(), service_->ledger(), clock_,
            service_->lists_in_force()};
  }

  SystemClock clock_;
  file::Lock lock_;
  std::atomic<bool> begun_ = false;
  std::atomic<bool> serving_ = false;
  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  service::HttpMetrics metrics_{*registry_, "keyferry_authority"};
  issuer::ListMetrics list_metrics_{*registry_};
  prometheus::Gauge& waiting_ = prometheus::BuildGauge()
                                    .Name("keyferry_authority_waiting_calls")
                                    .Help("Calls that wait for a change")
                                    .Register(*registry_)
                                    .Add({});
  prometheus::Gauge& short_ = prometheus::BuildGauge()
                                  .Name("keyferry_authority_short_of_space")
                                  .Help("1 while the disk is full and only revoking works")
                                  .Register(*registry_)
                                  .Add({});
  // The servers outlive the service, whose workers may still ask them for a timer.
  std::unique_ptr<http::HttpServer> socket_;
  std::unique_ptr<http::HttpServer> admin_;
  std::unique_ptr<http::HttpServer> api_;
  std::unique_ptr<issuer::Service> service_;
  bool has_tls_;
};

}  // namespace

Result<Opened> open_ledger(const AuthorityConfig& config) {
  KF_TRY(auto keys, issuer::load_keys(config.keys));
  auto lock = file::Lock::acquire(config.lock());
  if (!lock) return in_context("ledger " + config.ledger.string(), lock.error());
  file::sweep(config.ledger.parent_path());
  file::sweep(config.state);
  auto ledger =
      ledger::Ledger::open(config.ledger, ledger::reserve_for(config.settings.share_limits));
  if (!ledger) return in_context("ledger " + config.ledger.string(), ledger.error());
  return Opened{*std::move(lock), std::move(keys), *std::move(ledger)};
}

namespace {

// wait_for_ledger lets a subcommand that has the ledger for a moment end first.
Result<Opened> wait_for_ledger(const AuthorityConfig& config) {
  const auto until = std::chrono::steady_clock::now() + kLedgerPatience;
  while (true) {
    auto opened = open_ledger(config);
    const bool in_use = !opened && opened.error().reason == "in_use";
    if (!in_use || std::chrono::steady_clock::now() >= until) return opened;
    std::this_thread::sleep_for(kLedgerPause);
  }
}

}  // namespace

Result<std::unique_ptr<AuthorityServer>> AuthorityServer::start(const AuthorityConfig& config) {
  KF_TRY(auto opened, wait_for_ledger(config));
  KF_TRY(file::make_directory(config.state, 0700));
  auto server = std::make_unique<Server>(config, std::move(opened));
  KF_TRY(server->listen(config));
  return std::unique_ptr<AuthorityServer>(std::move(server));
}

}  // namespace keyferry::cmd
