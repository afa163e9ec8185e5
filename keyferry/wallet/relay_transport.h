// What mailboxes and dropboxes have in common: a relay, which has to be chosen, and which calls an
// address if it can.
#pragma once

#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {

class RelayTransport : public Transport {
 public:
  // An error of the relay leaves open what became of a call; its refusals may be bare.
  bool may_lay_again(const Error& error) const override;

 protected:
  RelayTransport(Wallet& wallet, std::string relay) : Transport(wallet), relay_(std::move(relay)) {}
  const std::string& relay() const { return relay_; }
  bool is_local() const;
  // settled is the relay to use: as choose_relay.
  Result<std::string> settled(const std::vector<std::string>& relays) const;
  // refused names the relay in an error of lay().
  Error refused(Error error) const;
  // note_push forgets the address to be called where the relay calls none, and says so.
  void note_push(keystore::SenderRecord& record, bool pushes) const;
  // agree_to_fetch asks about a relay that is not on the list, once, and stores that the link is
  // being followed, so that a claim whose answer was lost is still given back.
  Result<Done> agree_to_fetch(keystore::ReceiverRecord& record) const;

 private:
  std::string relay_;
};

}  // namespace keyferry::wallet
