// Lock, store and secrets are opened and held against each other before an address is bound; the
// admin address comes last, so ready means that calls are taken.
#include "server.h"

#include <prometheus/registry.h>

#include "keyferry/base/base64.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/digest/random.h"
#include "keyferry/file/file.h"
#include "keyferry/net/passed_sockets.h"
#include "keyferry/relay/relay.h"
#include "keyferry/relay/sweeper.h"
#include "keyferry/service/admin.h"
#include "keyferry/store/memory.h"
#include "keyferry/store/sqlite.h"

namespace keyferry::cmd {
namespace {

constexpr Duration kDrain = std::chrono::seconds(10);
constexpr std::size_t kLeastWebhookKey = 32;  // characters

class Server final : public RelayServer {
 public:
  Server(relay::SecretRing secrets, std::unique_ptr<store::Store> store,
         std::optional<file::Lock> lock, std::optional<notify::WebhookOptions> webhooks,
         const relay::Settings& settings)
      : lock_(std::move(lock)),
        secrets_(std::move(secrets)),
        store_(std::move(store)),
        metrics_(*registry_),
        relay_(*store_, secrets_, clock_, metrics_, settings) {
    if (!webhooks) return;
    webhooks_ = std::make_unique<notify::Webhooks>(
        *std::move(webhooks), clock_,
        [this](notify::Webhooks::Outcome outcome) { metrics_.count_push(outcome); });
    relay_.webhooks = webhooks_.get();
  }

  // Whoever waits is woken on the threads of api_, so before these end; also after a start that
  // failed halfway.
  ~Server() override { relay_.finish(); }

  Result<Done> listen(const RelayConfig& config) {
    http::ServerOptions options;
    options.listen = config.listen_api;
    options.socket_name = net::kApiSocket;
    options.tls = config.tls;
    options.threads = config.threads;
    options.max_connections_per_source = config.connections_per_source;
    options.proxies = config.settings.trusted_proxies;
    options.max_body = mailbox::most_body_octets(config.settings.body);
    KF_TRY(api_, http::HttpServer::start(options, [this](http::Request request, http::Reply reply) {
             relay_.serve(std::move(request), std::move(reply));
           }));
    relay_.begin([this](Duration delay, std::function<void()> task) {
      api_->after(delay, std::move(task));
    });
    sweeper_ = std::make_unique<relay::Sweeper>(relay_);
    // Last, so that ready means that calls are taken.
    KF_TRY(admin_, service::start_admin(
                       config.listen_admin, registry_, [this] { return store_->check(); },
                       [this] { refresh(); }));
    return Done{};
  }

  std::string address() const override { return api_->address(); }

  Result<Done> reload(const RelayConfig& config) override {
    relay_.replace_settings(config.settings);
    if (!config.tls) return Done{};
    return api_->reload_tls();
  }

  void stop() override {
    relay_.finish();
    api_->drain(kDrain);
    sweeper_.reset();
    admin_->drain(Duration(0));
  }

 private:
  void refresh() {
    metrics_.set_waiting(relay_.waiting());
    metrics_.set_connections(api_->connections());
    metrics_.set_short_of_space(store_->short_of_space());
    if (webhooks_) metrics_.set_pushes(webhooks_->waiting());
  }

  SystemClock clock_;
  std::optional<file::Lock> lock_;
  relay::SecretRing secrets_;
  std::unique_ptr<store::Store> store_;
  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  relay::Metrics metrics_;
  relay::Relay relay_;
  std::unique_ptr<notify::Webhooks> webhooks_;
  std::unique_ptr<http::HttpServer> admin_;
  std::unique_ptr<http::HttpServer> api_;
  std::unique_ptr<relay::Sweeper> sweeper_;
};

Result<std::optional<file::Lock>> lock_store(const RelayConfig& config) {
  if (config.engine == "memory") return std::optional<file::Lock>();
  KF_TRY(file::make_directory(config.store_path, 0700));
  auto lock = file::Lock::acquire(config.store_path / "lock");
  if (!lock) return in_context("store " + config.store_path.string(), lock.error());
  file::sweep(config.store_path);
  return std::optional<file::Lock>(*std::move(lock));
}

Result<std::unique_ptr<store::Store>> open_store(const RelayConfig& config) {
  if (config.engine == "memory") return store::make_memory_store();
  store::SqliteOptions options;
  options.folder = config.store_path;
  options.opened = SystemClock().now();
  return store::open_sqlite_store(options);
}

// A store that was written under another secret would answer 404 to everybody: refuse it instead.
Result<Done> check_secrets(const relay::SecretRing& secrets, const store::Store& store,
                           const RelayConfig& config) {
  for (const auto& count : store.counts()) {
    if (secrets.knows(count.secret_id)) continue;
    return fail(Errc::invalid,
                "the store " + config.store_path.string() +
                    " holds mailboxes made under a key that " + config.secret_path.string() +
                    " does not have: put back the relay.secret that belongs to this store");
  }
  return Done{};
}

Result<Done> drop_unused_secrets(relay::SecretRing& secrets, const store::Store& store,
                                 const RelayConfig& config) {
  std::vector<std::uint32_t> named;
  for (const auto& count : store.counts()) named.push_back(count.secret_id);
  return secrets.keep_only(named, config.secret_path);
}

// The key is the text of the file's one line.
Result<SecretBytes> read_webhook_key(const std::filesystem::path& path) {
  KF_TRY(const SecretBytes text, file::read_secret(path));
  auto line = codec::plain_line(text_of(text.expose()), path.string());
  if (!line) return line.error();
  SecretBytes key = SecretBytes::copy(bytes_of(*line));
  wipe(*line);
  if (key.size() >= kLeastWebhookKey) return key;
  return fail(Errc::invalid, path.string() + " must hold a key of at least 32 characters");
}

Result<std::optional<notify::WebhookOptions>> webhook_options(const RelayConfig& config) {
  if (!config.webhook) return std::optional<notify::WebhookOptions>();
  const std::filesystem::path& path = config.webhook->key_path;
  file::sweep_beside(path);
  if (!std::filesystem::exists(path)) {
    std::string text = encode_base64url(digest::random_secret(32).expose()) + "\n";
    const auto made = file::create_new(path, bytes_of(text), 0600);
    wipe(text);
    KF_TRY(made);
  }
  notify::WebhookOptions options;
  KF_TRY(options.key, read_webhook_key(path));
  options.allow = config.webhook->allow;
  options.ca_file = config.webhook->ca_file;
  return std::optional(std::move(options));
}

}  // namespace

Result<std::unique_ptr<RelayServer>> RelayServer::start(const RelayConfig& config) {
  KF_TRY(check_relay(config));
  KF_TRY(auto lock, lock_store(config));
  KF_TRY(auto store, open_store(config));
  KF_TRY(auto secrets, relay::SecretRing::load_or_make(config.secret_path, SystemClock().now()));
  KF_TRY(check_secrets(secrets, *store, config));
  KF_TRY(drop_unused_secrets(secrets, *store, config));
  KF_TRY(auto webhooks, webhook_options(config));
  auto server = std::make_unique<Server>(std::move(secrets), std::move(store), std::move(lock),
                                         std::move(webhooks), config.settings);
  KF_TRY(server->listen(config));
  return std::unique_ptr<RelayServer>(std::move(server));
}

Result<Done> check_relay(const RelayConfig& config) {
  KF_TRY(http::check_listening(config.listen_api, config.tls));
  if (std::filesystem::exists(config.secret_path)) {
    KF_TRY(relay::SecretRing::load_or_make(config.secret_path, SystemClock().now()));
  }
  if (config.webhook && std::filesystem::exists(config.webhook->key_path)) {
    KF_TRY(read_webhook_key(config.webhook->key_path));
  }
  return Done{};
}

}  // namespace keyferry::cmd
