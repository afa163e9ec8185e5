// A mailbox of a v1 relay (docs/protocol.md): made by the sender, bound to whoever claims it first.
#pragma once

#include "keyferry/client/relay_client.h"
#include "keyferry/wallet/relay_transport.h"

namespace keyferry::wallet {

class MailboxTransport final : public RelayTransport {
 public:
  MailboxTransport(Wallet& wallet, const keystore::AtMailbox& place)
      : RelayTransport(wallet, place.relay) {}

  Result<keystore::Place> settle(const std::vector<std::string>& relays) override;
  Result<Done> lay(keystore::SenderRecord& record) override;
  void take_away(const keystore::SenderRecord& record) override;
  std::string advice() const override;
  Result<Done> open(keystore::ReceiverRecord& record) override;
  Result<Done> give_back(const keystore::ReceiverMailbox& mailbox) override;
  std::string_view given_back() const override;
  void remove(const keystore::ReceiverMailbox& mailbox) override;
  bool tells_deadline() const override { return true; }
  std::unique_ptr<carrier::Carrier> sender_carrier(const keystore::SenderRecord& record,
                                                   keystore::ExchangeFile& exchange) override;
  std::unique_ptr<carrier::Carrier> receiver_carrier(const keystore::ReceiverMailbox& mailbox,
                                                     keystore::ExchangeFile& exchange) override;

 private:
  client::RelayClient client() const { return {wallet_.web, is_local()}; }
};

}  // namespace keyferry::wallet
