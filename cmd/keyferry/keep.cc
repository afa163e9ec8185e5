// keyferry renew, forget, export and doctor.
#include "keyferry/wallet/keep.h"

#include "command.h"
#include "command_line.h"
#include "ssh_config_option.h"

#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/keystore/delegation_record.h"
#include "keyferry/wallet/doctor.h"
#include "keyferry/wallet/examine_site.h"
#include "keyferry/wallet/show_list.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/ssh_files.h"

namespace keyferry::cli {
namespace {

constexpr std::size_t kMostSiteFile = 64 << 10;  // octets of a key or a list of files

struct RenewOptions {
  std::vector<std::string> names;
  bool due = false, quiet = false;
};

Result<Done> renew_one(Session& session, const keystore::CredentialRecord& record) {
  KF_TRY(const auto renewed, wallet::renew_credential(session.wallet(), record));
  const std::string until = wallet::show_time(renewed.certificate.until);
  if (renewed.serial == record.serial) {
    session.terminal().say("\"" + record.name + "\" is good until " + until +
                           ", as before: its authority gives a new certificate later");
  } else {
    session.terminal().say("renewed \"" + record.name + "\": good until " + until);
  }
  return Done{};
}

Result<Done> renew(Program& program, const RenewOptions& options) {
  // ssh runs this before it connects: whatever goes wrong, it goes on with what it has.
  if (options.quiet) program.json = true;
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  if (options.due) {
    wallet::renew_due(wallet);
    return Done{};
  }
  std::vector<keystore::CredentialRecord> records;
  for (const std::string& name : options.names) {
    KF_TRY(auto record, keystore::load_credential(wallet.home, name));
    records.push_back(std::move(record));
  }
  if (options.names.empty()) {
    KF_TRY(records, keystore::load_credentials(wallet.home));
    std::erase_if(records, [&](const auto& record) {
      return !wallet::renewal_is_due(record, wallet.web.now());
    });
    if (records.empty()) session->terminal().say("nothing is due for renewal");
  }
  Failures failures(records.size());
  for (const keystore::CredentialRecord& record : records) {
    const auto renewed = renew_one(*session, record);
    if (!renewed) failures.add(record.name, renewed.error());
  }
  return failures.report();
}

struct ForgetOptions {
  std::string name;
  bool local = false;
};

void say_what_ends(Session& session, const keystore::CredentialRecord& record) {
  Terminal& terminal = session.terminal();
  terminal.say("this gives up " + wallet::title_of(record) + " (" + record.name + ")");
  auto holder = wallet::Holder::open(session.wallet(), record);
  if (!holder) return;
  const auto shares = holder->shares();
  if (!shares) return;
  std::vector<wallet::ShareView> living = shares->shares;
  std::erase_if(living, [](const auto& share) { return is_over(share); });
  const auto lines = wallet::show_tree(living, record.share, session.wallet().web.now());
  if (!lines.empty()) terminal.say("with it ends what was shared from it:");
  for (const std::string& line : lines) terminal.say(line);
}

// Nobody is told, and what was signed from it stays good.
Result<Done> forget_holding(Program& program, Session& session, const std::string& folder,
                            const std::string& name) {
  KF_TRY(const auto made, keystore::load_signed(session.wallet().home));
  for (const keystore::SignedRecord& one : made) {
    if (one.holding != name || one.denied || one.expires <= session.wallet().web.now()) continue;
    session.terminal().say("note: you cannot take back share " + one.share + " after this");
  }
  if (folder == "locks") {
    session.terminal().say(
        "note: the lock keeps you as its owner; `keyferry lock remove-owner` by "
        "another owner, or a reset, ends that");
  }
  KF_TRY(const bool yes, session.terminal().agree("forget it?"));
  if (!yes) return fail(Errc::forbidden, "you said no: nothing was forgotten", "declined");
  KF_TRY(wallet::forget_holding(session.wallet(), folder, name));
  session.terminal().say("forgotten: " + name);
  if (program.json) print_json(boost::json::object{{"forgotten", name}});
  return Done{};
}

Result<Done> forget(Program& program, const ForgetOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  KF_TRY(const auto held, keystore::load_delegation(wallet.home, options.name));
  if (held) return forget_holding(program, *session, "delegations", held->name);
  KF_TRY(const auto lock, keystore::load_lock(wallet.home, options.name));
  if (lock) return forget_holding(program, *session, "locks", lock->name);
  KF_TRY(const auto record, keystore::load_credential(wallet.home, options.name));
  if (!options.local) say_what_ends(*session, record);
  KF_TRY(const bool yes, session->terminal().agree("forget it?"));
  if (!yes) return fail(Errc::forbidden, "you said no: nothing was forgotten", "declined");
  auto done = wallet::forget_credential(wallet, record, options.local);
  if (!done && cmd::exit_code_of(done.error()) == cmd::kNetwork) {
    Error error = done.error();
    error.detail += "; the credential is still here: try again, or --local erases it here only";
    return error;
  }
  KF_TRY(done);
  KF_TRY(refresh_ssh_config(wallet));
  session->terminal().say("forgotten: " + record.name);
  if (program.json) print_json(boost::json::object{{"forgotten", record.name}});
  return Done{};
}

Result<Done> export_public(Program& program, const std::string& name) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  const keystore::Home& home = session->wallet().home;
  KF_TRY(const auto record, keystore::load_credential(home, name));
  KF_TRY(const auto key, keystore::load_key(home, record));
  const file::Path path = home.credential_folder(record.name) / (record.key_file + "-cert.pub");
  KF_TRY(std::string certificate, file::read_text(path));
  while (certificate.ends_with('\n')) certificate.pop_back();
  const std::string public_key = credential::authorized_line(key.public_key(), record.name);
  const std::string known_hosts = wallet::known_hosts_text(record.hosts);
  if (program.json) {
    boost::json::object object = wallet::credential_json(record);
    object["certificate"] = certificate;
    object["public_key"] = public_key;
    object["fingerprint"] = credential::ssh_fingerprint(key.public_key());
    object["known_hosts"] = known_hosts;
    print_json(object);
    return Done{};
  }
  print("# certificate");
  print(certificate);
  print("# public key, " + credential::ssh_fingerprint(key.public_key()));
  print(public_key);
  print("# known_hosts");
  if (!known_hosts.empty()) print(known_hosts.substr(0, known_hosts.size() - 1));
  return Done{};
}

struct DoctorOptions {
  std::string web;  // address of a site; empty: this wallet is examined
  std::string web_key;
  std::string web_manifest;
};

Result<std::vector<wallet::Finding>> find_faults(wallet::Wallet& wallet,
                                                 const DoctorOptions& options) {
  if (options.web.empty()) return wallet::examine(wallet);
  wallet::SiteTrust trust;
  if (!options.web_key.empty()) {
    KF_TRY(const std::string pem, file::read_text(options.web_key, kMostSiteFile));
    auto key = wallet::parse_site_key(pem);
    if (!key) return in_context(options.web_key, key.error());
    trust.key = *key;
  }
  if (!options.web_manifest.empty()) {
    KF_TRY(trust.manifest, file::read_text(options.web_manifest, kMostSiteFile));
  }
  return wallet::examine_site(wallet, options.web, trust);
}

Result<Done> doctor(Program& program, const DoctorOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  KF_TRY(const auto findings, find_faults(session->wallet(), options));
  boost::json::array array;
  std::size_t wrong = 0;
  for (const wallet::Finding& finding : findings) {
    wrong += finding.fine ? 0 : 1;
    array.push_back(boost::json::object{
        {"fine", finding.fine}, {"what", finding.what}, {"advice", finding.advice}});
    if (program.json) continue;
    print((finding.fine ? "ok     " : "WRONG  ") + finding.what +
          (finding.advice.empty() ? "" : ": " + finding.advice));
  }
  if (program.json) print_json(boost::json::object{{"findings", std::move(array)}});
  if (wrong == 0) return Done{};
  return fail(Errc::invalid,
              std::to_string(wrong) + (wrong == 1 ? " thing is" : " things are") + " wrong");
}

}  // namespace

void add_renew(Program& program) {
  auto options = std::make_shared<RenewOptions>();
  CLI::App* command =
      add_command(program, "renew", "get new certificates for credentials that last longer",
                  {"keyferry renew", "keyferry renew web"});
  command->add_option("credential", options->names, "which; without: all that are due")
      ->type_name("CREDENTIAL");
  command->add_flag("--due", options->due, "only what is due, and never fail (for ssh_config)");
  command->add_flag("--quiet", options->quiet, "say nothing");
  command->callback([&program, options] {
    program.action = [options](Program& p) { return renew(p, *options); };
  });
}

void add_forget(Program& program) {
  auto options = std::make_shared<ForgetOptions>();
  CLI::App* command =
      add_command(program, "forget",
                  "give up a credential and everything shared from it, a delegation or a lock",
                  {"keyferry forget web", "keyferry forget web --local --yes"});
  command->add_option("credential", options->name, "which")->type_name("CREDENTIAL")->required();
  command->add_flag("--local", options->local, "erase it here without telling the authority");
  command->callback([&program, options] {
    program.action = [options](Program& p) { return forget(p, *options); };
  });
}

void add_export(Program& program) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = add_command(program, "export", "print the public parts of a credential",
                                  {"keyferry export web", "keyferry export web --json"});
  command->add_option("credential", *name, "which")->type_name("CREDENTIAL")->required();
  command->callback([&program, name] {
    program.action = [name](Program& p) { return export_public(p, *name); };
  });
}

void add_doctor(Program& program) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command =
      add_command(program, "doctor", "look for what is wrong: clock, relay, authority, permissions",
                  {"keyferry doctor", "keyferry doctor --json",
                   "keyferry doctor --web https://get.example --web-key release.pub"});
  CLI::Option* web =
      command
          ->add_option("--web", options->web,
                       "look at a browser's site instead: whether it serves what its release holds")
          ->type_name("ORIGIN");
  command
      ->add_option("--web-key", options->web_key,
                   "the public key (PEM) that the site's list of files is signed with")
      ->type_name("FILE")
      ->needs(web);
  command
      ->add_option("--web-manifest", options->web_manifest,
                   "the manifest.json that the site's must be")
      ->type_name("FILE")
      ->needs(web);
  command
      ->add_flag("--allow-local", program.allow_local,
                 "let the site be at a loopback or private address")
      ->needs(web);
  command->callback([&program, options] {
    program.action = [options](Program& p) { return doctor(p, *options); };
  });
}

}  // namespace keyferry::cli
