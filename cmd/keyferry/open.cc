// keyferry open: open a door of a lock without a network.
#include "command.h"

#include "keyferry/wallet/open_door.h"

namespace keyferry::cli {

boost::json::object outcome_json(const wallet::DoorOutcome& outcome) {
  return {{"door", outcome.door},
          {"lock", outcome.lock},
          {"result", delegation::reason_name(outcome.reason)},
          {"lists_brought", std::int64_t(outcome.brought)},
          {"lists_fetched", std::int64_t(outcome.fetched)}};
}

namespace {

struct OpenOptions {
  std::string what, address;
};

Result<Done> open_it(Program& program, const OpenOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  KF_TRY(const wallet::Holding holding, wallet::need_holding(wallet, options.what));
  KF_TRY(const wallet::DoorOutcome outcome, wallet::open_door(wallet, holding, options.address));
  if (outcome.reason != delegation::kOpened) {
    return fail(Errc::forbidden, wallet::refusal_words(outcome.reason),
                delegation::reason_name(outcome.reason));
  }
  if (program.json) {
    print_json(outcome_json(outcome));
  } else {
    session->terminal().say("open: " + outcome.door);
  }
  return Done{};
}

}  // namespace

void add_open(Program& program) {
  auto options = std::make_shared<OpenOptions>();
  CLI::App* command = add_command(
      program, "open", "open a door, with a delegation or as its lock's owner; no server is asked",
      {"keyferry open front", "keyferry open home/back --lock 192.168.1.20:7000"});
  command
      ->add_option("door", options->what, "the delegation or lock, and its door if it has several")
      ->type_name("NAME[/DOOR]")
      ->required();
  command
      ->add_option("--lock", options->address,
                   "where the door's reader is: unix:PATH or ADDRESS:PORT; remembered")
      ->type_name("ADDRESS");
  command->callback([&program, options] {
    program.action = [options](Program& p) { return open_it(p, *options); };
  });
}

}  // namespace keyferry::cli
