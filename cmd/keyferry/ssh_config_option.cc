#include "ssh_config_option.h"

#include <cstdlib>

#include "keyferry/wallet/ssh_agent.h"
#include "keyferry/wallet/ssh_config.h"

namespace keyferry::cli {
namespace {

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

}  // namespace

Result<Done> enable_ssh_config(Session& session) {
  wallet::Wallet& wallet = session.wallet();
  KF_TRY(wallet::write_ssh_config(wallet.home, own_program()));
  KF_TRY(const file::Path config, user_config());
  if (!wallet.settings.ssh_config) {
    KF_TRY(const bool yes,
           session.terminal().agree("add one Include line to " + config.string() + "?"));
    if (!yes) return Done{};
  }
  KF_TRY(wallet::install_include(wallet.home, config));
  KF_TRY(wallet.settings,
         wallet::change_settings(wallet.home, [](wallet::Settings& settings) -> Result<Done> {
           settings.ssh_config = true;
           return Done{};
         }));
  return Done{};
}

Result<Done> refresh_ssh_config(wallet::Wallet& wallet) {
  if (!wallet.settings.ssh_config) return Done{};
  KF_TRY(wallet::write_ssh_config(wallet.home, own_program()));
  KF_TRY(const auto records, wallet::load_credentials(wallet.home));
  if (!records.empty()) return Done{};
  KF_TRY(const file::Path config, user_config());
  KF_TRY(wallet::remove_include(wallet.home, config));
  KF_TRY(wallet.settings,
         wallet::change_settings(wallet.home, [](wallet::Settings& settings) -> Result<Done> {
           settings.ssh_config = false;
           return Done{};
         }));
  return Done{};
}

Result<Done> add_to_agent(Session& session, const wallet::CredentialRecord& record) {
  wallet::Wallet& wallet = session.wallet();
  const char* socket = std::getenv("SSH_AUTH_SOCK");
  KF_TRY(const auto key, wallet::load_key(wallet.home, record));
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

}  // namespace keyferry::cli
