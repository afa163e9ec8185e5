// keyferry list, watch and revoke.
#include "command.h"
#include "revocation_words.h"
#include "standard_streams.h"

#include "keyferry/codec/rfc3339.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/delegation_list.h"
#include "keyferry/wallet/deny.h"
#include "keyferry/wallet/follow.h"
#include "keyferry/wallet/keep.h"
#include "keyferry/wallet/receiver_exchange.h"
#include "keyferry/wallet/revoke.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/show_list.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/ssh_files.h"
#include "keyferry/wallet/tidy.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::cli {
namespace {

// The shares below one credential, or why they cannot be told.
struct Below {
  std::vector<wallet::ShareView> shares;
  std::int64_t more = 0;  // further down, not shown
  std::optional<Error> error;
};

// shares_below also learns whether the credential itself is over; then nothing lies below it. It
// always asks: an earlier answer may have been wrong.
Below shares_below(wallet::Wallet& wallet, keystore::CredentialRecord& record) {
  Below below;
  auto holder = wallet::Holder::open(wallet, record);
  auto shares = holder ? holder->shares() : Result<wallet::ShareViews>(holder.error());
  if (holder) record = holder->record();
  if (!record.over.empty()) return below;
  if (shares) {
    below.shares = std::move(shares->shares);
    below.more = shares->more;
    std::erase_if(below.shares, [&](const auto& share) { return share.id == record.share; });
  } else {
    below.error = shares.error();
  }
  return below;
}

boost::json::object json_of(const keystore::Home& home, const keystore::CredentialRecord& record,
                            const Below* below) {
  boost::json::object object = wallet::credential_json(record);
  boost::json::array lines;
  for (const wallet::SshLine& line : wallet::ssh_lines(home, record)) {
    lines.push_back(
        boost::json::object{{"login", line.login}, {"host", line.host}, {"command", line.command}});
  }
  object["ssh"] = std::move(lines);
  if (below == nullptr) return object;
  if (below->error) {
    object["error"] = reason_of(*below->error);
    object["detail"] = below->error->detail;
    return object;
  }
  boost::json::array shares;
  for (const wallet::ShareView& share : below->shares) shares.push_back(share.raw);
  object["shares"] = std::move(shares);
  if (below->more > 0) object["more"] = below->more;
  return object;
}

void print_tree(const keystore::CredentialRecord& record, const Below& below, Time now) {
  if (below.error) {
    print("   shares unknown: " + below.error->detail);
    return;
  }
  for (const std::string& line : wallet::show_tree(below.shares, record.share, now)) print(line);
  if (below.more > 0) {
    print("   and " + std::to_string(below.more) + " more, made by those whom you shared it with");
  }
}

void tidy(wallet::Wallet& wallet, const std::vector<Below>& belows) {
  std::vector<wallet::ShareView> shares;
  for (const Below& below : belows) {
    shares.insert(shares.end(), below.shares.begin(), below.shares.end());
  }
  wallet::tidy_sent(wallet, shares);
}

// Locks, delegations and what was signed from them: no server is asked.
struct Offline {
  std::vector<keystore::LockRecord> locks;
  std::vector<keystore::DelegationRecord> delegations;
  std::vector<keystore::SignedRecord> made;
  std::vector<keystore::CarriedList> lists;
  std::vector<keystore::SenderRecord> open;  // links that nobody has taken yet
};

Result<Offline> load_offline(const keystore::Home& home) {
  Offline out;
  KF_TRY(out.locks, keystore::load_locks(home));
  KF_TRY(out.delegations, keystore::load_delegations(home));
  KF_TRY(out.made, keystore::load_signed(home));
  KF_TRY(out.lists, keystore::load_lists(home));
  KF_TRY(out.open, keystore::load_sender_records(home));
  std::erase_if(out.open, [&](const keystore::SenderRecord& sender) {
    const auto is_it = [&](const auto& one) { return one.share == sender.share; };
    return !wallet::is_delegation(sender) || std::any_of(out.made.begin(), out.made.end(), is_it);
  });
  return out;
}

boost::json::object open_json(const keystore::SenderRecord& sender) {
  return {{"share", sender.share},
          {"holding", sender.credential},
          {"rights", sender.rights},
          {"valid_until", codec::encode_rfc3339(sender.valid_until)},
          {"state", "open"}};
}

std::string open_line(const keystore::SenderRecord& sender) {
  return sender.share + "  from " + sender.credential + "  waits to be taken until " +
         wallet::show_time(sender.link_until);
}

void put_offline(const Offline& all, bool with_shares, boost::json::object& object) {
  boost::json::array locks, delegations, made;
  for (const auto& lock : all.locks) locks.push_back(wallet::lock_json(lock));
  for (const auto& held : all.delegations) delegations.push_back(wallet::delegation_json(held));
  for (const auto& one : all.made) made.push_back(wallet::signed_json(one, all.lists));
  for (const auto& sender : all.open) made.push_back(open_json(sender));
  object["locks"] = std::move(locks);
  object["delegations"] = std::move(delegations);
  if (with_shares) object["signed"] = std::move(made);
}

void print_offline(const Offline& all, bool with_shares, Time now) {
  for (const auto& lock : all.locks) print(wallet::show_lock_line(lock));
  for (const auto& held : all.delegations) print(wallet::show_delegation_line(held, now));
  if (!with_shares) return;
  for (const auto& one : all.made) print("   " + wallet::show_signed_line(one, all.lists, now));
  for (const auto& sender : all.open) print("   " + open_line(sender));
}

// tell_delegated says how a delegation stands. No server follows it, so there is nothing to wait
// for.
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

Result<Done> list(Program& program, bool with_shares) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  wallet::renew_due(wallet);
  KF_TRY(auto records, keystore::load_credentials(wallet.home));
  KF_TRY(const Offline offline, load_offline(wallet.home));
  if (records.empty() && offline.locks.empty() && offline.delegations.empty() && !program.json) {
    print("this wallet holds no credentials; `keyferry accept` takes one");
  }
  std::optional<Error> first;
  std::vector<Below> belows(with_shares ? records.size() : 0);
  for (std::size_t i = 0; i < belows.size(); ++i) {
    belows[i] = shares_below(wallet, records[i]);
    if (belows[i].error && !first) first = belows[i].error;
  }
  const auto lines = wallet::show_credentials(records, wallet.web.now());
  boost::json::array all;
  for (std::size_t i = 0; i < records.size(); ++i) {
    all.push_back(json_of(wallet.home, records[i], with_shares ? &belows[i] : nullptr));
    if (program.json) continue;
    print(lines[i]);
    if (with_shares) print_tree(records[i], belows[i], wallet.web.now());
  }
  if (program.json) {
    boost::json::object object{{"credentials", std::move(all)}};
    put_offline(offline, with_shares, object);
    print_json(object);
  } else {
    print_offline(offline, with_shares, wallet.web.now());
  }
  if (with_shares) tidy(wallet, belows);
  if (first) return *first;
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

struct RevokeOptions {
  std::vector<std::string> shares;
  std::string below;
};

// How long a revoke waits to see the verifiers take the list: twice what they need.
constexpr Duration kVerifierPatience = std::chrono::seconds(4);

void say_revoked(Session& session, const wallet::RevokeOutcome& outcome) {
  std::string ids;
  for (const std::string& id : outcome.revoked) ids += (ids.empty() ? "" : ", ") + id;
  session.terminal().say(outcome.revoked.empty() ? "nothing is shared from it now"
                                                 : "revoked: " + ids);
}

// report says which verifiers took the lists, once all is revoked.
void report(Program& program, Session& session, std::vector<wallet::RevokeOutcome>& outcomes) {
  wallet::await_verifiers(outcomes, kVerifierPatience);
  boost::json::array answers;
  std::vector<std::string> lines;
  for (const wallet::RevokeOutcome& outcome : outcomes) {
    answers.push_back(outcome.raw);
    if (outcome.revoked.empty()) continue;
    for (std::string& line : cmd::revocation_words(outcome.raw)) {
      std::erase(lines, line);
      lines.push_back(std::move(line));
    }
  }
  for (const std::string& line : lines) session.terminal().say(line);
  if (program.json && !outcomes.empty()) {
    print_json(boost::json::object{{"outcomes", std::move(answers)}});
  }
}

Result<Done> revoke_all_below(Program& program, Session& session, const std::string& name) {
  KF_TRY(const auto record, keystore::load_credential(session.wallet().home, name));
  KF_TRY(const bool yes, session.terminal().agree("end every share made from \"" + record.name +
                                                  "\" and everything below them?"));
  if (!yes) return fail(Errc::forbidden, "you said no: nothing was revoked", "declined");
  std::vector<wallet::RevokeOutcome> outcomes;
  KF_TRY(auto outcome, wallet::revoke_below(session.wallet(), record));
  say_revoked(session, outcome);
  outcomes.push_back(std::move(outcome));
  report(program, session, outcomes);
  wallet::tidy_below(session.wallet(), record);
  return Done{};
}

// deny takes a delegation back: no authority has a part in it.
Result<Done> deny(Program& program, Session& session, const std::string& share) {
  KF_TRY(const wallet::DenyOutcome outcome, wallet::deny_delegation(session.wallet(), share));
  boost::json::array reached, behind;
  for (const std::string& lock : outcome.reached) reached.emplace_back(lock);
  for (const std::string& lock : outcome.waiting) behind.emplace_back(lock);
  if (program.json) {
    print_json(boost::json::object{{"share", outcome.share},
                                   {"revoked", true},
                                   {"locks_reached", std::move(reached)},
                                   {"locks_behind", std::move(behind)}});
  }
  if (!outcome.was_signed) {
    session.terminal().say("revoked: " + share + "; nobody had it yet");
    return Done{};
  }
  session.terminal().say("revoked: " + share);
  for (const std::string& lock : outcome.waiting) {
    session.terminal().say("lock " + lock.substr(0, 8) +
                           " does not know yet: the next wallet of yours that opens a door there "
                           "tells it, or one that got `keyferry lock lists --export`");
  }
  return Done{};
}

// All of them end at the authority before anything else is asked of anybody: a relay or a file can
// keep the wallet busy.
Result<Done> revoke_each(Program& program, Session& session, const std::vector<std::string>& ids) {
  std::vector<wallet::RevokeOutcome> outcomes;
  Failures failures(ids.size());
  for (const std::string& id : ids) {
    KF_TRY(const auto delegated, wallet::find_delegated(session.wallet().home, id));
    if (delegated) {
      if (const auto done = deny(program, session, *delegated); !done) {
        failures.add(id, done.error());
      }
      continue;
    }
    auto outcome = wallet::revoke_share(session.wallet(), id);
    if (!outcome) {
      failures.add(id, outcome.error());
      continue;
    }
    say_revoked(session, *outcome);
    outcomes.push_back(*std::move(outcome));
  }
  report(program, session, outcomes);
  wallet::tidy_revoked(session.wallet(), outcomes);
  return failures.report();
}

Result<Done> revoke(Program& program, const RevokeOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  if (!options.below.empty()) return revoke_all_below(program, *session, options.below);
  if (options.shares.empty()) {
    return fail(Errc::invalid, "name a share, or use --below CREDENTIAL", "usage");
  }
  return revoke_each(program, *session, options.shares);
}

}  // namespace

void add_list(Program& program) {
  auto shares = std::make_shared<bool>(false);
  CLI::App* command =
      add_command(program, "list", "list the credentials held and the shares made from them",
                  {"keyferry list", "keyferry list --shares --json"});
  command->add_flag("--shares", *shares, "below each credential the shares made from it");
  command->callback(
      [&program, shares] { program.action = [shares](Program& p) { return list(p, *shares); }; });
}

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

void add_revoke(Program& program) {
  auto options = std::make_shared<RevokeOptions>();
  CLI::App* command =
      add_command(program, "revoke", "end shares and everything that was shared on from them",
                  {"keyferry revoke k3jx2", "keyferry revoke --below web --yes"});
  CLI::Option* shares =
      command->add_option("share", options->shares, "their ids, or the beginnings of them")
          ->type_name("SHARE");
  command->add_option("--below", options->below, "every share made from this credential")
      ->type_name("CREDENTIAL")
      ->excludes(shares);
  command->callback([&program, options] {
    program.action = [options](Program& p) { return revoke(p, *options); };
  });
}

}  // namespace keyferry::cli
