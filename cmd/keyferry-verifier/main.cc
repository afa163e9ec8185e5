// keyferry-verifier: keeps the revocation lists fresh that sshd reads; `lock` is a lock of its own.
#include <cstdio>
#include <filesystem>

#include "agent.h"
#include "command_line.h"
#include "config.h"
#include "lock.h"
#include "standard_streams.h"
#include <CLI/CLI.hpp>

#include "keyferry/process/signals.h"
#include "keyferry/process/supervisor.h"
#include "keyferry/service/admin.h"
#include "keyferry/verifier/ack.h"

namespace keyferry::cmd {
namespace {

struct Options {
  std::filesystem::path config;
  bool check = false;
  bool once = false;
  bool init = false;
};

int complain(const Error& error, ExitCode code = kFailed) {
  std::fprintf(stderr, "keyferry-verifier: %s\n", error.detail.c_str());
  return code;
}

// Of a list: whatever is wrong with it, it is refused.
ExitCode exit_code(const Error& error) {
  switch (error.code) {
    case Errc::network:
    case Errc::unavailable:
      return kNetwork;
    case Errc::cannot_open:
    case Errc::conflict:
    case Errc::invalid:
      return kRefused;
    default:
      return kFailed;
  }
}

int check(const VerifierConfig& config, const Options& options) {
  for (const auto& list : config.lists) {
    const auto trust = load_trust(list);
    if (!trust) return complain(trust.error());
  }
  if (!config.listen_admin.empty()) {
    const auto admin = service::check_admin(config.listen_admin);
    if (!admin) return complain(admin.error());
  }
  std::fprintf(stderr, "keyferry-verifier: %s is good\n", options.config.c_str());
  return 0;
}

int init(const VerifierConfig& config) {
  const auto keys = verifier::init_keys(config.state_path);
  if (!keys) return complain(keys.error());
  std::printf("%s\n", keys->c_str());
  std::fprintf(
      stderr,
      "the key is in %s; at the authority: keyferry-authority verifier add NAME --key FILE "
      "with the line above\n",
      config.state_path.c_str());
  return 0;
}

void reload(Agent& agent) {
  const auto reloaded = agent.reload();
  if (reloaded) {
    process::log_event(process::LogLevel::info, "reloaded");
  } else {
    process::log_event(process::LogLevel::error, "reload_failed",
                       {{"detail", reloaded.error().detail}});
  }
}

int serve(Agent& agent, const VerifierConfig& config) {
  const auto served = agent.serve();
  if (!served) return complain(served.error());
  process::log_event(process::LogLevel::info, "started",
                     {{"address", agent.address()},
                      {"state", config.state_path.string()},
                      {"lists", std::to_string(config.lists.size())},
                      {"version", KEYFERRY_VERSION}});
  process::notify_ready();
  process::serve_until_terminated([&] { reload(agent); });
  agent.stop();
  process::log_event(process::LogLevel::info, "stopped");
  return 0;
}

int run(const Options& options) {
  if (options.init && (options.once || options.check))
    return complain(fail(Errc::invalid, "init fetches nothing: leave --once and --check out"),
                    kUsage);
  const auto config = load_verifier_config(options.config);
  if (!config) return complain(config.error());
  if (options.init) return init(*config);
  if (options.check) return check(*config, options);
  process::block_signals();
  process::configure_log(config->log_format, config->log_level, "keyferry-verifier");
  auto agent = Agent::make(*config);
  if (!agent) return complain(agent.error());
  if (!options.once) return serve(**agent, *config);
  const auto fetched = (*agent)->once();
  return fetched ? 0 : complain(fetched.error(), exit_code(fetched.error()));
}

}  // namespace
}  // namespace keyferry::cmd

int main(int argc, char** argv) {
  keyferry::cmd::open_standard_streams();
  CLI::App app(
      "Keeps the revocation lists fresh that sshd reads: fetches them from the authority, checks\n"
      "their signature, and replaces the files whole.",
      "keyferry-verifier");
  keyferry::cmd::Options options;
  keyferry::cmd::LockOptions lock_options;
  auto* config = app.add_option("--config", options.config, "configuration file (TOML)")
                     ->type_name("FILE")
                     ->required();
  auto* check = app.add_flag("--check", options.check, "check the configuration and exit");
  app.add_flag("--once", options.once, "fetch every list once and exit")->excludes(check);
  CLI::App* init = app.add_subcommand(
      "init", "make the key that signs acknowledgements and print its public part");
  init->fallthrough();
  init->footer(
      "Run again it changes nothing. A running agent takes the key with SIGHUP.\n"
      "Examples:\n"
      "  keyferry-verifier init --config /etc/keyferry/verifier.toml > web.jwks\n"
      "  runuser -u keyferry-verifier -- keyferry-verifier init --config "
      "/etc/keyferry/verifier.toml");
  init->callback([&options] { options.init = true; });
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", "keyferry-verifier " KEYFERRY_VERSION);
  app.footer(
      "Exit status: 0 done, 1 failed, 2 usage, 3 a list was refused, 4 the authority could not be\n"
      "reached.\n"
      "Examples:\n"
      "  keyferry-verifier --config /etc/keyferry/verifier.toml\n"
      "  keyferry-verifier --config verifier.toml --once\n"
      "  keyferry-verifier lock --config /etc/keyferry/lock.toml");
  auto* lock = keyferry::cmd::add_lock_command(app, lock_options);
  lock->preparse_callback([config](std::size_t) { config->required(false); });
  if (const auto ended = keyferry::cmd::parse_command_line(app, argc, argv)) return *ended;
  if (lock->parsed()) {
    return keyferry::cmd::exit_status("keyferry-verifier", keyferry::cmd::run_lock(lock_options));
  }
  return keyferry::cmd::exit_status("keyferry-verifier", keyferry::cmd::run(options));
}
