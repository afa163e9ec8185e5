#include "keyferry/wallet/relay_choice.h"

#include "keyferry/transfer/share_link.h"

namespace keyferry::wallet {

bool relay_is_local(const Wallet& wallet, const std::string& base) {
  const keystore::TrustedRelay* trusted = wallet.settings.trusted_relay(base);
  return wallet.allow_local || (trusted != nullptr && trusted->local);
}

Result<Done> agree_to_relay(Wallet& wallet, const std::string& base, std::string_view question) {
  if (wallet.settings.trusted_relay(base) != nullptr) return Done{};
  wallet.person.say("the relay is not on your list: " + base);
  wallet.person.say("  it cannot read a share; `keyferry relay trust` keeps it on the list");
  KF_TRY(const bool yes, wallet.person.agree(question));
  if (!yes) return fail(Errc::forbidden, "you said no: nothing was done", "declined");
  return Done{};
}

//= spec:tigress#REL-04
Result<std::string> choose_relay(Wallet& wallet, const std::string& asked,
                                 const std::vector<std::string>& of_authority) {
  std::string url = asked;
  if (url.empty()) url = wallet.settings.relay.value_or("");
  if (url.empty() && !of_authority.empty()) url = of_authority.front();
  if (url.empty()) {
    return fail(
        Errc::invalid,
        "no relay is known: name one with --relay, or once and for all with `keyferry relay "
        "trust URL --default`",
        "no_relay");
  }
  KF_TRY(std::string base, transfer::base_of_relay(url));
  KF_TRY(agree_to_relay(wallet, base, "leave the share there?"));
  return base;
}

}  // namespace keyferry::wallet
