// The record is written first, then our file, then the Include, so that ssh reads no name that the
// wallet does not know.
#include "ssh_config_option.h"

#include <algorithm>
#include <cstdlib>

#include "keyferry/wallet/ssh_agent.h"
#include "keyferry/wallet/ssh_config.h"
#include "keyferry/wallet/ssh_names.h"

namespace keyferry::cli {
namespace {

constexpr std::uint16_t kSshPort = 22;

Result<file::Path> user_config() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') {
    return fail(Errc::invalid, "there is no home folder (HOME), so no ~/.ssh/config");
  }
  return file::Path(home) / ".ssh/config";
}

std::string own_program() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "keyferry" : path.string();
}

std::string described(const keystore::CredentialRecord& record, const keystore::SshName& name) {
  std::string text = "`ssh " + name.alias + "` will be " + name.login + "@";
  for (const keystore::SshHost& host : record.hosts) {
    if (host.name != name.host) continue;
    text += host.address + (host.port == kSshPort ? "" : " port " + std::to_string(host.port));
  }
  return text;
}

Error not_taken(const keystore::CredentialRecord& record, const std::string& name,
                const std::string& why) {
  return fail(Errc::conflict,
              "`ssh " + name + "` was not set up: " + why + "; `keyferry ssh-config " +
                  record.name + " --name NAME` sets up another name",
              "name_taken");
}

// The names that may be taken: the first one, or an error; of the others those that are free.
Result<std::vector<keystore::SshName>> free_names(Session& session,
                                                  const keystore::CredentialRecord& record,
                                                  const NameChoice& choice) {
  const keystore::Home& home = session.wallet().home;
  KF_TRY(const file::Path config, user_config());
  KF_TRY(std::vector<keystore::CredentialRecord> others, keystore::load_credentials(home));
  std::erase_if(others, [&](const auto& other) { return other.name == record.name; });
  const auto used = wallet::used_names(config, home.ssh_folder() / "config");
  std::vector<keystore::SshName> free;
  for (keystore::SshName& name : wallet::names_of_credential(record, choice.name)) {
    std::string why = wallet::why_not_taken(name.alias, used, others);
    if (why.empty() && !choice.chosen && wallet::looks_like_a_machine(name.alias)) {
      why = "the name is not yours and looks like a machine on the network";
    }
    const bool first = free.empty() && name.alias == choice.name;
    if (!why.empty() && first) return not_taken(record, name.alias, why);
    if (!why.empty() || !keystore::is_credential_name(name.alias)) {
      session.terminal().say("note: `ssh " + name.alias +
                             "` is left alone: " + (why.empty() ? "it is too long" : why));
      continue;
    }
    free.push_back(std::move(name));
  }
  if (free.empty()) return not_taken(record, choice.name, "the credential opens no host");
  return free;
}

// Whoever sits at the terminal says yes to a name that others chose.
Result<bool> agree_to_names(Session& session, const Program& program,
                            const keystore::CredentialRecord& record, const NameChoice& choice) {
  if (choice.chosen) return true;
  if (program.yes || !session.terminal().can_answer()) {
    return not_taken(record, choice.name, "the name is the authority's and nobody was asked");
  }
  return session.terminal().agree("take the name \"" + choice.name +
                                  "\", which the authority chose?");
}

Result<bool> agree_to_include(Session& session) {
  if (session.wallet().settings.ssh_config) return true;
  KF_TRY(const file::Path config, user_config());
  return session.terminal().agree("add one Include line to " + config.string() + "?");
}

Result<Done> save_names(wallet::Wallet& wallet, const std::string& name,
                        std::vector<keystore::SshName> names) {
  KF_TRY(const file::Lock lock, wallet.home.lock());
  KF_TRY(keystore::CredentialRecord record, keystore::load_credential(wallet.home, name));
  record.ssh_names = std::move(names);
  return keystore::save_credential(wallet.home, record);
}

Result<Done> use_include(wallet::Wallet& wallet) {
  KF_TRY(const file::Path config, user_config());
  KF_TRY(const bool added, wallet::install_include(wallet.home, config));
  KF_TRY(wallet.settings,
         keystore::change_settings(wallet.home, [&](keystore::Settings& settings) -> Result<Done> {
           // A line that is ours already stays ours.
           settings.ssh_include = added || (settings.ssh_config && settings.ssh_include);
           settings.ssh_config = true;
           return Done{};
         }));
  return Done{};
}

struct SshConfigOptions {
  std::string credential, name;
  bool off = false;
};

Result<Done> ssh_config(Program& program, const SshConfigOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  KF_TRY(const auto record, keystore::load_credential(wallet.home, options.credential));
  if (options.off) {
    KF_TRY(save_names(wallet, record.name, {}));
    KF_TRY(refresh_ssh_config(wallet));
    session->terminal().say("ssh knows \"" + record.name + "\" by no name now");
    return Done{};
  }
  // Who types the credential's own name has chosen it by --name alone: it may be the authority's.
  const NameChoice choice{options.name.empty() ? record.name : options.name, !options.name.empty()};
  return take_ssh_names(*session, program, record, choice);
}

}  // namespace

Result<Done> take_ssh_names(Session& session, const Program& program,
                            const keystore::CredentialRecord& record, const NameChoice& choice) {
  wallet::Wallet& wallet = session.wallet();
  if (!keystore::is_credential_name(choice.name)) {
    return fail(Errc::invalid, "a name for ssh has letters, digits, '.', '_' and '-', at most 64",
                "usage");
  }
  KF_TRY(const std::vector<keystore::SshName> names, free_names(session, record, choice));
  for (const keystore::SshName& name : names) session.terminal().say(described(record, name));
  KF_TRY(const bool agreed, agree_to_names(session, program, record, choice));
  if (!agreed) return Done{};
  KF_TRY(const bool included, agree_to_include(session));
  if (!included) return Done{};
  KF_TRY(save_names(wallet, record.name, names));
  KF_TRY(wallet::write_ssh_config(wallet.home, own_program()));
  return use_include(wallet);
}

Result<Done> offer_ssh_names(Session& session, const Program& program,
                             const keystore::CredentialRecord& record, const NameChoice& choice) {
  if (!session.wallet().settings.ssh_config) return Done{};
  const auto taken = take_ssh_names(session, program, record, choice);
  if (!taken) session.terminal().say("note: " + taken.error().detail);
  return refresh_ssh_config(session.wallet());
}

Result<Done> refresh_ssh_config(wallet::Wallet& wallet) {
  if (!wallet.settings.ssh_config) return Done{};
  KF_TRY(wallet::write_ssh_config(wallet.home, own_program()));
  KF_TRY(const auto records, keystore::load_credentials(wallet.home));
  if (std::any_of(records.begin(), records.end(),
                  [](const auto& record) { return !wallet::agreed_names(record).empty(); })) {
    return Done{};
  }
  if (wallet.settings.ssh_include) {
    KF_TRY(const file::Path config, user_config());
    KF_TRY(wallet::remove_include(wallet.home, config));
  }
  KF_TRY(wallet.settings,
         keystore::change_settings(wallet.home, [](keystore::Settings& settings) -> Result<Done> {
           settings.ssh_config = false;
           settings.ssh_include = true;
           return Done{};
         }));
  return Done{};
}

Result<Done> add_to_agent(Session& session, const keystore::CredentialRecord& record) {
  wallet::Wallet& wallet = session.wallet();
  const char* socket = std::getenv("SSH_AUTH_SOCK");
  KF_TRY(const auto key, keystore::load_key(wallet.home, record));
  KF_TRY(const std::string line, file::read_text(wallet.home.credential_folder(record.name) /
                                                 (record.key_file + "-cert.pub")));
  const auto left =
      std::chrono::floor<std::chrono::seconds>(record.certificate.until - wallet.web.now());
  KF_TRY(const SecretBytes message,
         wallet::agent_add_message(key, line, "keyferry " + record.name, left));
  KF_TRY(wallet::add_to_agent(socket == nullptr ? "" : socket, message));
  session.terminal().say("the SSH agent holds it until the certificate ends");
  return Done{};
}

void add_ssh_config(Program& program) {
  auto options = std::make_shared<SshConfigOptions>();
  CLI::App* command =
      add_command(program, "ssh-config", "let `ssh NAME` reach a credential",
                  {"keyferry ssh-config web", "keyferry ssh-config web --name staging"});
  command->add_option("credential", options->credential, "which")
      ->type_name("CREDENTIAL")
      ->required();
  CLI::Option* name =
      command->add_option("--name", options->name, "the name; without: the credential's");
  command->add_flag("--off", options->off, "ssh forgets its names")->excludes(name);
  command->callback([&program, options] {
    program.action = [options](Program& p) { return ssh_config(p, *options); };
  });
}

}  // namespace keyferry::cli
