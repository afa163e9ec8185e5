// keyferry lock: what an owner does with a lock, and the deny lists that wallets carry.
#include "command.h"
#include <boost/json/array.hpp>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/wallet/delegation_list.h"
#include "keyferry/wallet/deny.h"
#include "keyferry/wallet/pair_lock.h"

namespace keyferry::cli {
namespace {

struct LockOptions {
  std::string name, address, code, code_file, key, out, in;
  bool deny_all = false;
};

constexpr std::size_t kMostListFile = 1 << 20;

Result<Done> pair(Program& program, LockOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  KF_TRY(auto code, read_secret_option("--code", options.code, options.code_file));
  if (!code) {
    KF_TRY(code, session->terminal().ask_secret("code that is printed on the lock",
                                                "--code or --code-file"));
  }
  KF_TRY(const keystore::LockRecord lock,
         wallet::pair_lock(session->wallet(), options.address, options.name, *code));
  if (program.json) {
    print_json(wallet::lock_json(lock));
    return Done{};
  }
  session->terminal().say("you own this lock now; it is called \"" + lock.name +
                          "\" here. Open, or share:");
  for (const Bytes& door : lock.doors) {
    print("keyferry open " + lock.name + "/" + keystore::door_name(door));
  }
  return Done{};
}

Result<Done> join(Program& program, LockOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  KF_TRY(const keystore::LockRecord lock,
         wallet::join_lock(session->wallet(), options.address, options.name));
  if (program.json) {
    print_json(wallet::lock_json(lock));
    return Done{};
  }
  session->terminal().say("this wallet owns the lock too; it is called \"" + lock.name +
                          "\" here. Join at each other reader to have its door. Open, or share:");
  for (const Bytes& door : lock.doors) {
    print("keyferry open " + lock.name + "/" + keystore::door_name(door));
  }
  return Done{};
}

// tell reports what a lock did of an owner's statement.
Result<Done> tell(Program& program, Session& session, const wallet::DoorOutcome& outcome,
                  const std::string& said) {
  if (outcome.reason != delegation::kDone) {
    return fail(Errc::forbidden, wallet::refusal_words(outcome.reason),
                delegation::reason_name(outcome.reason));
  }
  if (program.json) {
    print_json(outcome_json(outcome));
  } else {
    session.terminal().say(said);
  }
  return Done{};
}

Result<Done> state(Program& program, const LockOptions& options, delegation::Op op,
                   const Bytes& value, const std::string& said) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  KF_TRY(const wallet::Holding lock, wallet::need_holding(session->wallet(), options.name));
  KF_TRY(const wallet::DoorOutcome outcome,
         wallet::state_to_lock(session->wallet(), lock, options.address, op, value));
  return tell(program, *session, outcome, said);
}

Result<Done> add_owner(Program& program, const LockOptions& options) {
  const auto xy = parse_base64url(options.key);
  if (!xy || xy->size() != 64) {
    return fail(Errc::invalid,
                "an owner's key is what `keyferry lock key` prints in the other wallet", "usage");
  }
  KF_TRY(delegation::key_of_xy(*xy));
  return state(program, options, delegation::Op::add_owner, delegation::cose_key(*xy),
               "the lock has another owner now");
}

Result<Done> remove_owner(Program& program, const LockOptions& options) {
  const auto xy = parse_base64url(options.key);
  auto thumbprint = parse_hex(options.key);
  if (xy && xy->size() == 64) thumbprint = copy_of(delegation::thumbprint_of(*xy));
  if (!thumbprint || thumbprint->size() != 32) {
    return fail(Errc::invalid, "name the owner by its key or by its thumbprint in hex", "usage");
  }
  return state(program, options, delegation::Op::remove_owner, delegation::cbor_bytes(*thumbprint),
               "the lock has forgotten this owner");
}

Result<Done> set_clock(Program& program, const LockOptions& options) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return state(program, options, delegation::Op::set_clock,
               delegation::cbor_number(static_cast<std::uint64_t>(now.time_since_epoch().count())),
               "the lock has this wallet's time now");
}

Result<Done> show_key(Program& program) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  const wallet::Wallet& wallet = session->wallet();
  KF_TRY(const auto key, keystore::owner_key(wallet.home, wallet.settings.persona));
  const std::string text = encode_base64url(delegation::xy_of(key.public_key()));
  if (program.json) {
    print_json(boost::json::object{
        {"key", text}, {"thumbprint", encode_hex(delegation::thumbprint_of(key.public_key()))}});
  } else {
    print(text);
  }
  return Done{};
}

Result<Done> export_lists(Program& program, Session& session, const std::string& file) {
  KF_TRY(const auto carried, keystore::load_lists(session.wallet().home));
  boost::json::array lists;
  for (const auto& one : carried) lists.emplace_back(encode_base64url(one.octets));
  const std::size_t count = lists.size();
  const std::string text =
      codec::encode_json(boost::json::object{{"version", 1}, {"lists", std::move(lists)}}) + "\n";
  KF_TRY(file::replace(std::filesystem::absolute(file), bytes_of(text), 0644));
  if (program.json) {
    print_json(boost::json::object{{"lists", std::int64_t(count)}});
  } else {
    session.terminal().say(std::to_string(count) + " deny lists written to " + file);
  }
  return Done{};
}

Result<Done> import_lists(Program& program, Session& session, const std::string& file) {
  KF_TRY(const Bytes octets, file::read_plain(file, kMostListFile));
  KF_TRY(const auto object, codec::parse_json_object(text_of(octets), {kMostListFile, 4}));
  KF_TRY(const auto texts, codec::texts_member(object, "lists"));
  std::int64_t kept = 0, others = 0, number = 0;
  Failures bad(texts.size());
  for (const std::string& text : texts) {
    ++number;
    const auto list = parse_base64url(text);
    const auto added = list ? keystore::keep_list(session.wallet().home, *list)
                            : Result<bool>(in_context("not base64url", list.error()));
    if (added && *added) ++kept;
    if (added) continue;
    // What this wallet cannot store is no fault of the list.
    if (added.error().code == Errc::io || added.error().code == Errc::storage_full)
      return added.error();
    if (added.error().reason == "signer") {
      ++others;
    } else {
      bad.add("list " + std::to_string(number) + " was not kept", added.error());
    }
  }
  if (program.json) {
    print_json(boost::json::object{
        {"kept", kept}, {"of_others", others}, {"bad", std::int64_t(bad.count())}});
  } else {
    session.terminal().say("deny lists that were new: " + std::to_string(kept) +
                           "; of nobody in your delegations: " + std::to_string(others));
  }
  return bad.report();
}

Result<Done> deny_everything(Program& program, Session& session, const LockOptions& options) {
  KF_TRY(const wallet::Holding lock, wallet::need_holding(session.wallet(), options.name));
  KF_TRY(const bool yes, session.terminal().agree(
                             "end every right that you have signed until now, of all your locks?"));
  if (!yes) return fail(Errc::forbidden, "you said no: nothing was taken back", "declined");
  KF_TRY(const wallet::DenyOutcome outcome,
         wallet::deny_all(session.wallet(), lock, options.address));
  if (program.json) {
    boost::json::array behind;
    for (const std::string& one : outcome.waiting) behind.emplace_back(one);
    print_json(boost::json::object{{"locks_behind", std::move(behind)}});
  } else {
    session.terminal().say(outcome.waiting.empty() ? "all is taken back, and the lock knows"
                                                   : "all is taken back once the lock hears of it");
  }
  return Done{};
}

Result<Done> lists(Program& program, const LockOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  if (!options.out.empty()) return export_lists(program, *session, options.out);
  if (!options.in.empty()) return import_lists(program, *session, options.in);
  if (options.name.empty()) {
    return fail(Errc::invalid, "name a lock of yours, or use --export FILE or --import FILE",
                "usage");
  }
  if (options.deny_all) return deny_everything(program, *session, options);
  KF_TRY(const wallet::Holding lock, wallet::need_holding(session->wallet(), options.name));
  KF_TRY(wallet::renew_list(session->wallet(), lock, options.address));
  KF_TRY(const wallet::DoorOutcome outcome,
         wallet::carry_lists(session->wallet(), lock, options.address));
  return tell(program, *session, outcome,
              "deny lists brought: " + std::to_string(outcome.brought) +
                  ", fetched: " + std::to_string(outcome.fetched));
}

using Action = Result<Done> (*)(Program&, LockOptions&);

CLI::App* add_action(Program& program, CLI::App* group, const std::shared_ptr<LockOptions>& options,
                     const std::string& name, const std::string& summary, Action action) {
  CLI::App* command = group->add_subcommand(name, summary);
  command->add_flag("--json", program.json, "print the result as JSON");
  command->add_flag("--yes", program.yes, "answer every question with yes");
  command->callback([&program, options, action] {
    program.action = [options, action](Program& p) { return action(p, *options); };
  });
  return command;
}

// Which lock, and where it is if that is not known.
void add_lock_options(CLI::App* command, LockOptions& options, bool required) {
  CLI::Option* name = command->add_option("lock", options.name, "what it is called here");
  name->type_name("NAME");
  if (required) name->required();
  command->add_option("--lock", options.address, "where one of its readers is")
      ->type_name("ADDRESS");
}

}  // namespace

void add_lock(Program& program) {
  auto options = std::make_shared<LockOptions>();
  CLI::App* group = program.app.add_subcommand("lock", "locks without a network that you own");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  keyferry lock pair unix:/run/keyferry-lock/front --name home\n"
      "  keyferry lock lists home");
  CLI::App* command = add_action(program, group, options, "pair", "become a new lock's owner",
                                 [](Program& p, LockOptions& o) { return pair(p, o); });
  command
      ->add_option("address", options->address, "unix:PATH or ADDRESS:PORT of one of its readers")
      ->type_name("ADDRESS")
      ->required();
  command->add_option("--name", options->name, "what to call it here");
  command->add_option("--code", options->code,
                      "the code that is printed on it (stays in the shell's history: rather type "
                      "it when asked)");
  command->add_option("--code-file", options->code_file, "read the code from a file")
      ->type_name("FILE");
  command = add_action(program, group, options, "join",
                       "keep a lock whose owner has added this wallet, or one more door of it",
                       [](Program& p, LockOptions& o) { return join(p, o); });
  command
      ->add_option("address", options->address, "unix:PATH or ADDRESS:PORT of one of its readers")
      ->type_name("ADDRESS")
      ->required();
  command->add_option("--name", options->name, "what to call it here");
  add_action(program, group, options, "key",
             "print your owner's key, for another owner's add-owner",
             [](Program& p, LockOptions&) { return show_key(p); });
  command = add_action(program, group, options, "add-owner",
                       "let another wallet own it too, which then joins",
                       [](Program& p, LockOptions& o) { return add_owner(p, o); });
  add_lock_options(command, *options, true);
  command->add_option("--key", options->key, "what `keyferry lock key` prints there")->required();
  command = add_action(program, group, options, "remove-owner", "let an owner be none any more",
                       [](Program& p, LockOptions& o) { return remove_owner(p, o); });
  add_lock_options(command, *options, true);
  command->add_option("--key", options->key, "its key, or its thumbprint in hex")->required();
  command = add_action(program, group, options, "set-clock", "tell it this machine's time",
                       [](Program& p, LockOptions& o) { return set_clock(p, o); });
  add_lock_options(command, *options, true);
  command = add_action(program, group, options, "lists",
                       "carry deny lists: to a lock of yours, or by a file to another wallet",
                       [](Program& p, LockOptions& o) { return lists(p, o); });
  add_lock_options(command, *options, false);
  CLI::Option* out = command->add_option("--export", options->out, "write those carried here");
  CLI::Option* in = command->add_option("--import", options->in, "keep what such a file holds");
  out->type_name("FILE")->excludes(in);
  in->type_name("FILE");
  command
      ->add_flag("--deny-all", options->deny_all,
                 "first deny everything that you have signed until now")
      ->excludes(out)
      ->excludes(in);
}

}  // namespace keyferry::cli
