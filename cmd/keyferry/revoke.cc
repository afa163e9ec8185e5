// keyferry revoke: one share, several, all below a credential, or what this wallet signed.
#include "keyferry/wallet/revoke.h"

#include "command.h"
#include "revocation_words.h"

#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/deny.h"
#include "keyferry/wallet/tidy.h"

namespace keyferry::cli {
namespace {

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
