// The command line wallet: wiring of options to the library. No rules here.
#include <cstdio>

#include "command.h"
#include "command_line.h"
#include "standard_streams.h"

#include "keyferry/codec/json.h"
#include "keyferry/process/signals.h"

namespace keyferry::cli {
namespace {

void report_error(const Program& program, const Error& error) {
  if (program.json) {
    const boost::json::object object{{"error", reason_of(error)}, {"detail", error.detail}};
    std::fprintf(stderr, "%s\n", codec::encode_json(object).c_str());
  } else {
    std::fprintf(stderr, "keyferry: %s\n", error.detail.c_str());
  }
}

int run(int argc, char** argv) {
  Program program;
  program.app.name("keyferry");
  program.app.set_version_flag("--version", "keyferry " KEYFERRY_VERSION);
  program.app.require_subcommand(1);
  program.app.fallthrough();
  program.app.add_option("--ca", program.ca, "further trust anchors (PEM); also KEYFERRY_CA")
      ->type_name("FILE");
  program.app.add_option("--persona", program.persona, "act as this persona");
  for (const auto add : {add_accept, add_share, add_open, add_lock, add_list, add_watch, add_revoke,
                         add_rearm, add_renew, add_forget, add_export, add_ssh_config, add_doctor,
                         add_persona, add_relay, add_manual}) {
    add(program);
  }
  remember_arguments(argc, argv);
  if (const auto ended = cmd::parse_command_line(program.app, argc, argv)) return *ended;
  const auto done = program.action(program);
  if (done) return cmd::kDone;
  report_error(program, done.error());
  return cmd::exit_code_of(done.error());
}

}  // namespace
}  // namespace keyferry::cli

int main(int argc, char** argv) {
  keyferry::cmd::open_standard_streams();
  keyferry::process::ignore_file_size_limit();
  try {
    return keyferry::cmd::exit_status("keyferry", keyferry::cli::run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keyferry: %s\n", error.what());
    return keyferry::cmd::kFailed;
  }
}
