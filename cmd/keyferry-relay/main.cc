// keyferry-relay: carries sealed messages for people who share access, without being able to read
// them.
#include <cstdio>
#include <filesystem>

#include "command_line.h"
#include "config.h"
#include "server.h"
#include "standard_streams.h"
#include <CLI/CLI.hpp>

#include "keyferry/process/log.h"
#include "keyferry/process/signals.h"
#include "keyferry/process/supervisor.h"
#include "keyferry/relay/secret_ring.h"
#include "keyferry/service/admin.h"

namespace keyferry::cmd {
namespace {

struct Options {
  std::filesystem::path config;
  bool check = false;
  bool rotate_secret = false;
};

int complain(const Error& error) {
  std::fprintf(stderr, "keyferry-relay: %s\n", error.detail.c_str());
  return kFailed;
}

int rotate_secret(const RelayConfig& config) {
  const auto rotated = relay::SecretRing::rotate(config.secret_path, SystemClock().now());
  if (!rotated) return complain(rotated.error());
  std::fprintf(stderr, "keyferry-relay: %s has a new key; it is used from the next start\n",
               config.secret_path.c_str());
  return 0;
}

int check(const RelayConfig& config, const Options& options) {
  const auto checked = check_relay(config);
  if (!checked) return complain(checked.error());
  const auto admin = service::check_admin(config.listen_admin);
  if (!admin) return complain(admin.error());
  std::fprintf(stderr, "keyferry-relay: %s is good\n", options.config.c_str());
  return 0;
}

void reload(RelayServer& server, const Options& options) {
  const auto config = load_relay_config(options.config);
  auto reloaded = config ? server.reload(*config) : Result<Done>(config.error());
  if (!reloaded) {
    process::log_event(process::LogLevel::error, "reload_failed",
                       {{"detail", reloaded.error().detail}});
    return;
  }
  process::log_event(process::LogLevel::info, "reloaded");
}

std::string store_name(const RelayConfig& config) {
  return config.engine == "memory" ? config.engine
                                   : config.engine + " " + config.store_path.string();
}

int serve(const RelayConfig& config, const Options& options) {
  process::block_signals();
  process::configure_log(config.log_format, config.log_level, "keyferry-relay");
  auto server = RelayServer::start(config);
  if (!server) return complain(server.error());
  process::log_event(process::LogLevel::info, "started",
                     {{"address", (*server)->address()},
                      {"url", config.settings.public_url},
                      {"store", store_name(config)},
                      {"version", KEYFERRY_VERSION}});
  process::notify_ready();
  process::serve_until_terminated([&] { reload(**server, options); });
  (*server)->stop();
  process::log_event(process::LogLevel::info, "stopped");
  return 0;
}

int run(const Options& options) {
  const auto config = load_relay_config(options.config);
  if (!config) return complain(config.error());
  if (options.check) return check(*config, options);
  if (options.rotate_secret) return rotate_secret(*config);
  return serve(*config, options);
}

}  // namespace
}  // namespace keyferry::cmd

int main(int argc, char** argv) {
  keyferry::cmd::open_standard_streams();
  CLI::App app("Carries sealed messages for people who share access; it cannot read them.",
               "keyferry-relay");
  keyferry::cmd::Options options;
  app.add_option("--config", options.config, "configuration file (TOML)")
      ->type_name("FILE")
      ->required();
  auto* check = app.add_flag("--check", options.check, "check the configuration and exit");
  app.add_flag("--rotate-secret", options.rotate_secret,
               "put a new key at the head of the relay's secret and exit")
      ->excludes(check);
  app.set_version_flag("--version", "keyferry-relay " KEYFERRY_VERSION);
  app.footer(
      "Examples:\n"
      "  keyferry-relay --config /etc/keyferry/relay.toml\n"
      "  keyferry-relay --config relay.toml --check");
  if (const auto ended = keyferry::cmd::parse_command_line(app, argc, argv)) return *ended;
  return keyferry::cmd::exit_status("keyferry-relay", keyferry::cmd::run(options));
}
