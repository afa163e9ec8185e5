// The command line wallet: wiring of options to the library. No rules here.
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "command.h"

#include "keyferry/codec/json.h"
#include "keyferry/config/nearest.h"

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

// complain_about_usage says what CLI11 found; of a mistyped command CLI11 only says that one is
// missing.
int complain_about_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (!dynamic_cast<const CLI::RequiredError*>(&error) || word.empty() || word.front() == '-') {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), word) != names.end()) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::fprintf(stderr,
               "keyferry: there is no command \"%s\"; the nearest is \"%s\" (keyferry --help)\n",
               word.c_str(), config::nearest(word, names).value_or("list").c_str());
  return 2;
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
  for (const auto add :
       {add_accept, add_share, add_list, add_watch, add_revoke, add_rearm, add_renew, add_forget,
        add_export, add_doctor, add_persona, add_relay, add_manual}) {
    add(program);
  }
  remember_arguments(argc, argv);
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return complain_about_usage(program.app, error, argc, argv);
  }
  const auto done = program.action(program);
  if (done) return 0;
  report_error(program, done.error());
  return exit_code_of(done.error());
}

}  // namespace
}  // namespace keyferry::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return keyferry::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keyferry: %s\n", error.what());
    return 1;
  }
}
