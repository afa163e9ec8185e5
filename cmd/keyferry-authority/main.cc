// keyferry-authority: decides who gets which credential, issues it, revokes it.
#include <cstdio>

#include "administer.h"
#include "command_line.h"
#include "config.h"
#include "options.h"
#include "server.h"
#include "standard_streams.h"

#include "keyferry/http/http_server.h"
#include "keyferry/process/log.h"
#include "keyferry/process/signals.h"
#include "keyferry/process/supervisor.h"
#include "keyferry/service/admin.h"

namespace keyferry::cmd {
namespace {

// An administrator who names what is not there is not refused.
ExitCode exit_code(const Error& error) {
  return error.code == Errc::not_found ? kFailed : exit_code_of(error);
}

int complain(const Error& error) {
  std::fprintf(stderr, "keyferry-authority: %s\n", error.detail.c_str());
  return exit_code(error);
}

int check(const AuthorityConfig& config, const Options& options) {
  const auto checked = http::check_listening(config.listen_api, config.tls);
  if (!checked) return complain(checked.error());
  const auto admin = service::check_admin(config.listen_admin);
  if (!admin) return complain(admin.error());
  std::fprintf(stderr, "keyferry-authority: %s is good\n", options.config.c_str());
  return 0;
}

void reload(AuthorityServer& server) {
  if (auto reloaded = server.reload(); !reloaded) {
    process::log_event(process::LogLevel::error, "reload_failed",
                       {{"detail", reloaded.error().detail}});
    return;
  }
  process::log_event(process::LogLevel::info, "reloaded");
}

int serve(const AuthorityConfig& config) {
  process::block_signals();
  process::configure_log(config.log_format, config.log_level, "keyferry-authority");
  auto server = AuthorityServer::start(config);
  if (!server) return complain(server.error());
  process::log_event(process::LogLevel::info, "started",
                     {{"address", (*server)->address()},
                      {"url", config.settings.url},
                      {"ledger", "sqlite " + config.ledger.string()},
                      {"version", KEYFERRY_VERSION}});
  process::notify_ready();
  process::serve_until_terminated([&] { reload(**server); });
  (*server)->stop();
  process::log_event(process::LogLevel::info, "stopped");
  return 0;
}

int run(const Options& options) {
  process::ignore_file_size_limit();
  const auto config = load_authority_config(options.config);
  if (!config) return complain(config.error());
  if (options.check) return check(*config, options);
  if (options.subcommand.empty()) return serve(*config);
  const auto done = administer(*config, options);
  return done ? kDone : complain(done.error());
}

}  // namespace
}  // namespace keyferry::cmd

int main(int argc, char** argv) {
  keyferry::cmd::open_standard_streams();
  CLI::App app("Decides who gets which credential, issues it and revokes it.",
               "keyferry-authority");
  keyferry::cmd::Options options;
  keyferry::cmd::add_options(app, options);
  app.set_version_flag("--version", "keyferry-authority " KEYFERRY_VERSION);
  if (const auto ended = keyferry::cmd::parse_command_line(app, argc, argv)) return *ended;
  return keyferry::cmd::exit_status("keyferry-authority", keyferry::cmd::run(options));
}
