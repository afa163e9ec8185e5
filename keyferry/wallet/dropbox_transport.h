// The dropbox of a relay (Draft R, docs/dropbox.md): message 0 lies where the link's secret says,
// so that the record alone suffices to put it again or to take it away.
#pragma once

#include "keyferry/client/drop_client.h"
#include "keyferry/wallet/relay_transport.h"

namespace keyferry::wallet {

class DropboxTransport final : public RelayTransport {
 public:
  DropboxTransport(Wallet& wallet, const keystore::AtDropbox& place)
      : RelayTransport(wallet, place.relay), suite_(place.suite) {}

  Result<keystore::Place> settle(const std::vector<std::string>& relays) override;
  keystore::Place at_relay(std::string relay) const override;
  SecretBytes draw_secret() const override;
  transfer::SealedPayload seal_first(const keystore::SenderRecord& record, ByteView plaintext,
                                     keystore::ExchangeFile* exchange) override;
  Result<Done> lay(keystore::SenderRecord& record) override;
  void take_away(const keystore::SenderRecord& record) override;
  bool outlasts_deadline() const override { return true; }
  std::string advice() const override;
  // Once what was read is stored, message 0 is deleted, so that whoever gets the link later finds
  // nothing. Where another reader was faster with that, the exchange is its: a sender reads one
  // answer (conflict, reason `not_alone`). An immediate offer is still redeemed, and the person
  // told.
  Result<Done> open(keystore::ReceiverRecord& record) override;
  Result<Done> give_back(const keystore::ReceiverMailbox& mailbox) override;
  void remove(const keystore::ReceiverMailbox& mailbox) override;
  Result<Done> check(const keystore::ExchangeFile& exchange) const override;
  std::unique_ptr<carrier::Carrier> sender_carrier(const keystore::SenderRecord& record,
                                                   keystore::ExchangeFile& exchange) override;
  std::unique_ptr<carrier::Carrier> receiver_carrier(const keystore::ReceiverMailbox& mailbox,
                                                     keystore::ExchangeFile& exchange) override;

 private:
  client::DropClient client() const { return {wallet_.web, relay(), is_local()}; }
  transfer::DropExchange beginning(const SecretBytes& secret, transfer::Side side) const {
    return {secret.clone(), suite_, side};
  }

  transfer::DropSuite suite_;
};

}  // namespace keyferry::wallet
