// The control socket opens first and the admin address last, so ready means that the doors listen.
#include "lock.h"

#include <cstdio>

#include "command_line.h"
#include "lock_config.h"
#include "lock_control.h"
#include <boost/json/serialize.hpp>

#include "keyferry/codec/json.h"
#include "keyferry/file/file.h"
#include "keyferry/process/signals.h"
#include "keyferry/process/supervisor.h"
#include "keyferry/service/admin.h"

namespace keyferry::cmd {
namespace {

int complain(const Error& error) {
  std::fprintf(stderr, "keyferry-verifier: %s\n", error.detail.c_str());
  return kFailed;
}

std::string text(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

void print_status(const boost::json::object& status) {
  const std::string time = text(status, "time");
  std::printf("lock     %s\n", text(status, "lock").c_str());
  std::printf("time     %s\n", time.empty() ? "not known: only an owner opens" : time.c_str());
  const auto& owners = status.at("owners").as_array();
  if (owners.empty()) std::printf("owners   none: allow pairing with --pair\n");
  for (const auto& owner : owners) std::printf("owner    %s\n", owner.as_string().c_str());
  for (const auto& door : status.at("doors").as_array()) {
    std::printf("door     %-16s %s\n", text(door.as_object(), "name").c_str(),
                text(door.as_object(), "address").c_str());
  }
  if (status.at("pairing").as_bool()) std::printf("pairing  is allowed now\n");
}

int ask(const LockConfig& config, const LockOptions& options) {
  const auto answer = ask_lock(config.lock.state, options.pair    ? "pair"
                                                  : options.reset ? "reset"
                                                                  : "status");
  if (!answer) return complain(answer.error());
  if (options.json) {
    std::printf("%s\n", boost::json::serialize(*answer).c_str());
  } else if (options.pair) {
    std::printf(
        "For two minutes a wallet may pair with this lock: keyferry lock pair ADDRESS\n"
        "Code: %s (one guess; a wrong one ends it)\n",
        text(*answer, "code").c_str());
  } else if (options.reset) {
    std::printf(
        "The lock has a new key. Its owners, lists and counters are gone, and no earlier right "
        "opens "
        "it.\nlock     %s\n",
        text(*answer, "lock").c_str());
  } else {
    print_status(*answer);
  }
  return 0;
}

Result<Done> start(const LockConfig& config, verifier::LockService& service,
                   std::shared_ptr<verifier::Registry> registry,
                   std::unique_ptr<LockControl>& control,
                   std::unique_ptr<http::HttpServer>& admin) {
  KF_TRY(control, LockControl::serve(service, config.lock.state));
  KF_TRY([[maybe_unused]] const Done listening, service.serve());
  // Last: /readyz must not say that the lock is ready before its doors listen.
  if (!config.listen_admin.empty()) {
    KF_TRY(admin, service::start_admin(config.listen_admin, std::move(registry), [&service]() {
             const auto status = service.status();
             return status ? Result<Done>(Done{}) : Result<Done>(status.error());
           }));
  }
  return Done{};
}

int serve(const LockConfig& config) {
  const auto directory = file::make_directory(config.lock.state, 0700);
  if (!directory) return complain(directory.error());
  const auto lock = file::Lock::acquire(config.lock.state / "lock");
  if (!lock) return complain(lock.error());
  auto registry = std::make_shared<verifier::Registry>();
  auto service = verifier::LockService::make(config.lock, *registry);
  if (!service) return complain(service.error());
  std::unique_ptr<LockControl> control;
  std::unique_ptr<http::HttpServer> admin;
  const auto started = start(config, **service, registry, control, admin);
  if (!started) return complain(started.error());
  const auto status = (*service)->status();
  process::log_event(process::LogLevel::info, "started",
                     {{"address", admin ? admin->address() : ""},
                      {"state", config.lock.state.string()},
                      {"doors", std::to_string(config.lock.doors.size())},
                      {"owners", status ? std::to_string(status->owners.size()) : "?"},
                      {"version", KEYFERRY_VERSION}});
  process::notify_ready();
  process::serve_until_terminated([] {
    process::log_event(process::LogLevel::warning, "reload_ignored", {{"detail", "restart it"}});
  });
  if (admin) admin->drain(std::chrono::seconds(2));
  control.reset();
  (*service)->stop();
  registry->refresh = nullptr;
  process::log_event(process::LogLevel::info, "stopped");
  return 0;
}

}  // namespace

CLI::App* add_lock_command(CLI::App& app, LockOptions& options) {
  auto* lock = app.add_subcommand(
      "lock", "be a lock without a network: open doors to owners and to whom they gave a right");
  lock->add_option("--config", options.config, "configuration file (TOML)")->required();
  auto* check = lock->add_flag("--check", options.check, "check the configuration and exit");
  auto* pair = lock->add_flag("--pair", options.pair,
                              "let a wallet become the first owner of the running lock: for two\n"
                              "minutes, with the code that this prints");
  auto* reset = lock->add_flag("--reset", options.reset,
                               "give the running lock a new key and no owner; no earlier right "
                               "opens it any more");
  auto* status = lock->add_flag("--status", options.status, "show the running lock");
  lock->add_flag("--json", options.json, "print JSON (with --pair, --reset, --status)");
  check->excludes(pair)->excludes(reset)->excludes(status);
  pair->excludes(reset)->excludes(status);
  reset->excludes(status);
  lock->footer(
      "--pair and --reset are a hand at the lock: only root and the lock's account may.\n"
      "Examples:\n"
      "  keyferry-verifier lock --config /etc/keyferry/lock.toml\n"
      "  keyferry-verifier lock --config /etc/keyferry/lock.toml --pair");
  return lock;
}

int run_lock(const LockOptions& options) {
  const auto config = load_lock_config(options.config);
  if (!config) return complain(config.error());
  const auto zone = verifier::use_zone(config->lock.zone);
  if (!zone) return complain(in_context(options.config.string() + ": clock.zone", zone.error()));
  if (options.check) {
    std::fprintf(stderr, "keyferry-verifier: %s is good\n", options.config.c_str());
    return 0;
  }
  if (options.pair || options.reset || options.status) return ask(*config, options);
  process::block_signals();
  process::configure_log(config->log_format, config->log_level, "keyferry-lock");
  return serve(*config);
}

}  // namespace keyferry::cmd
