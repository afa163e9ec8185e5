// keyferry watch: goes on with a confirmed share, or tells how a share ends.
#include "command.h"
#include "offline.h"
#include "standard_streams.h"

#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/delegation_list.h"
#include "keyferry/wallet/deny.h"
#include "keyferry/wallet/follow.h"
#include "keyferry/wallet/share_view.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::cli {
namespace {

// tell_delegated says what has become of a delegation. No server follows it, so there is nothing to
// wait for.
Result<Done> tell_delegated(Program& program, const wallet::Wallet& wallet,
                            const std::string& share) {
  KF_TRY(const Offline all, load_offline(wallet.home));
  const auto is_it = [&](const auto& one) { return one.share == share; };
  const auto made = std::find_if(all.made.begin(), all.made.end(), is_it);
  const auto open = std::find_if(all.open.begin(), all.open.end(), is_it);
  if (made != all.made.end()) {
    const auto told = wallet::signed_json(*made, all.lists);
    if (program.json) print_json(told);
    if (!program.json) print(wallet::show_signed_line(*made, all.lists, wallet.web.now()));
  } else if (open != all.open.end()) {
    if (program.json) print_json(open_json(*open));
    if (!program.json) print(open_line(*open));
  }
  return Done{};
}

// find_exchange finds a confirmed share of this wallet that waits for its other side, by the
// beginning of its id; the newest one without.
Result<std::optional<keystore::SenderRecord>> find_exchange(const keystore::Home& home,
                                                            std::string_view id) {
  KF_TRY(auto senders, keystore::load_sender_records(home));
  if (id.empty()) {
    if (senders.empty()) return std::optional<keystore::SenderRecord>();
    id = senders.back().share;
  }
  std::optional<keystore::SenderRecord> found;
  for (keystore::SenderRecord& sender : senders) {
    if (!sender.confirmed || !sender.link || id.size() < 4 || !sender.share.starts_with(id))
      continue;
    if (found) return std::optional<keystore::SenderRecord>();  // find_share says that several fit
    found = std::move(sender);
  }
  return found;
}

struct WatchOptions {
  std::string share;
  std::string words;
  bool once = false;
};

// share_named is what the person wrote, or the share that is told by the address that they wrote.
Result<std::string> share_named(const keystore::Home& home, const std::string& text) {
  KF_TRY(const auto told, keystore::find_sender_record_by_notify(home, text));
  if (told) return told->share;
  if (!text.starts_with("https://")) return text;
  return fail(Errc::not_found,
              "no open share of yours is told by this address: `keyferry list --shares` shows all",
              "unknown_name");
}

Result<Done> watch(Program& program, const WatchOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  KF_TRY(std::string text, share_named(wallet.home, options.share));
  if (!options.once) {
    KF_TRY(auto exchange, find_exchange(wallet.home, text));
    if (exchange) {
      lend_streams(*session, exchange->place);
      KF_TRY(wallet::say_again(wallet, *exchange));
      return carry_out(program, *session, *exchange, options.words);
    }
  }
  if (text.empty()) {
    KF_TRY(const auto senders, keystore::load_sender_records(wallet.home));
    if (senders.empty()) {
      return fail(Errc::not_found, "no share of yours is open: name one (keyferry list --shares)",
                  "unknown_name");
    }
    text = senders.back().share;
  }
  KF_TRY(const auto delegated, wallet::find_delegated(wallet.home, text));
  if (delegated) return tell_delegated(program, wallet, *delegated);
  KF_TRY(wallet::FoundShare found, wallet::find_share(wallet, text));
  if (session->terminal().can_answer() && !options.once) {
    session->terminal().say("watching; Ctrl-C leaves the share as it is, `keyferry watch " +
                            found.share.id + "` goes on");
  }
  return wallet::follow_share(wallet, found, [&](const wallet::ShareView& share) {
    if (program.json) {
      print_json(share.raw);
    } else {
      print(wallet::show_share(share, wallet.web.now()));
    }
    return !options.once && cmd::check_output().has_value();
  });
}

}  // namespace

void add_watch(Program& program) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command =
      add_command(program, "watch", "go on with a share, or follow it: taken, used up, ended",
                  {"keyferry watch", "keyferry watch k3jx2 --words 'clockwork pyramid slowdown'"});
  command
      ->add_option(
          "share", options->share,
          "its id, the beginning of it, or the address of --notify-url that was called (its "
          "last part will do); without: the newest one")
      ->type_name("SHARE");
  CLI::Option* words =
      command
          ->add_option("--words", options->words,
                       "the words that the person read out; - reads a line of standard input")
          ->type_name("WORDS");
  command->add_flag("--once", options->once, "print its state and end, without waiting")
      ->excludes(words);
  command->add_flag("--allow-local", program.allow_local,
                    "let the relay and authority be at a loopback or private address");
  command->callback([&program, options] {
    program.action = [options](Program& p) { return watch(p, *options); };
  });
}

}  // namespace keyferry::cli
