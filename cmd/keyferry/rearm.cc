// keyferry rearm: a share that wrong PINs have locked, or whose code was typed wrong, once more.
#include "command.h"
#include "show_link.h"
#include "standard_streams.h"

#include "keyferry/wallet/deny.h"
#include "keyferry/wallet/holder.h"
#include "keyferry/wallet/sender.h"

namespace keyferry::cli {
namespace {

// A confirmed share keeps its link: the new PIN is all that there is to tell.
Result<Done> tell_new_pin(Program& program, Session& session, const keystore::SenderRecord& record,
                          const std::string& share) {
  std::string pin = wallet::pin_of(record);
  if (program.json) {
    print_json(boost::json::object{{"pin", pin}, {"share", share}});
  } else {
    print(pin);
  }
  wipe(pin);
  if (const auto seen = cmd::check_output(); !seen) {
    Error error = seen.error();
    error.detail += "; nobody has seen the new PIN of share " + share +
                    ": the same command once more prints it, `keyferry revoke " + share +
                    "` ends the share";
    return error;
  }
  session.terminal().say(
      "the share has a new PIN; whom you granted it goes on with `keyferry "
      "accept` and the same link");
  return keystore::erase_sender_record(session.wallet().home, record.id);
}

struct RearmOptions {
  std::string share, relay;
  Output output;
};

Result<Done> rearm(Program& program, const RearmOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  KF_TRY(const auto delegated, wallet::find_delegated(session->wallet().home, options.share));
  if (delegated) {
    return fail(Errc::conflict,
                "a right to a door has no PIN, and a code of it is good for one exchange: revoke "
                "the share and make another one",
                "not_locked");
  }
  KF_TRY(wallet::FoundShare found, wallet::find_share(session->wallet(), options.share));
  KF_TRY(keystore::SenderRecord record,
         wallet::rearm_share(session->wallet(), found, options.relay));
  if (!record.link) return tell_new_pin(program, *session, record, found.share.id);
  if (record.confirmed) {
    KF_TRY(show_link(program, *session, record, options.output));
    return carry_out(program, *session, record, "");
  }
  session->terminal().say(
      "the share is open again, with a new link and a new PIN; the old ones are "
      "dead");
  return show_link(program, *session, record, options.output);
}

}  // namespace

void add_rearm(Program& program) {
  auto options = std::make_shared<RearmOptions>();
  CLI::App* command = add_command(program, "rearm",
                                  "unlock a share after five wrong PINs: a new PIN, and a new link "
                                  "unless words or a code were compared",
                                  {"keyferry rearm k3jx2", "keyferry rearm k3jx2 --json"});
  command->add_option("share", options->share, "its id, or the beginning of it")
      ->type_name("SHARE")
      ->required();
  command->add_option("--relay", options->relay, "where the new link waits")->type_name("URL");
  add_output_options(command, options->output);
  command->add_flag("--allow-local", program.allow_local,
                    "let the relay and authority be at a loopback or private address");
  command->callback([&program, options] {
    program.action = [options](Program& p) { return rearm(p, *options); };
  });
}

}  // namespace keyferry::cli
