#include "keyferry/wallet/relay_transport.h"

#include "keyferry/client/refusals.h"
#include "keyferry/wallet/relay_choice.h"

namespace keyferry::wallet {

bool RelayTransport::may_lay_again(const Error& error) const {
  return client::was_lost(error) || error.code == Errc::io;
}

bool RelayTransport::is_local() const {
  return relay_is_local(wallet_, relay_);
}

Result<std::string> RelayTransport::settled(const std::vector<std::string>& relays) const {
  return choose_relay(wallet_, relay_, relays);
}

Error RelayTransport::refused(Error error) const {
  if (!may_lay_again(error)) {
    error.detail = "the relay " + relay_ + " refused the link: " + error.detail;
  }
  return error;
}

void RelayTransport::note_push(keystore::SenderRecord& record, bool pushes) const {
  if (record.notify.empty() || pushes) return;
  wallet_.person.say(
      "note: this relay calls nobody at the address of --notify-url; `keyferry watch` waits "
      "instead");
  record.notify.clear();
}

Result<Done> RelayTransport::agree_to_fetch(keystore::ReceiverRecord& record) const {
  keystore::ReceiverMailbox& mailbox = *record.mailbox;
  if (mailbox.claimed) return Done{};
  KF_TRY(agree_to_relay(wallet_, relay_, "fetch the share from there?"));
  mailbox.claimed = true;
  return keystore::save_receiver_record(wallet_.home, record);
}

}  // namespace keyferry::wallet
