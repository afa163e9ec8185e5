// What the two sides of a share do at the place where its messages travel, outside of the turns of
// an exchange: lay the first message down, open it, give it back, end it. One class a place;
// transport_of alone chooses among them, and scripts/check_layers finds a second that does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "keyferry/carrier/carrier.h"
#include "keyferry/keystore/exchange_file.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

class Transport {
 public:
  virtual ~Transport() = default;

  // ---- Before a share is made.

  // settle returns the place with what was left open decided: the relay, of which `relays` are the
  // authority's. Errors: what would keep the first message from being laid there, before anything
  // is made; as choose_relay.
  virtual Result<keystore::Place> settle(const std::vector<std::string>& relays) = 0;
  // at_relay is the place of the same kind at `relay`, for another link of a share; a mailbox for a
  // direct place.
  virtual keystore::Place at_relay(std::string relay) const;
  // draw_secret draws the secret of a link to this place.
  virtual SecretBytes draw_secret() const;
  // is_picture says whether a message has to fit into a QR picture.
  virtual bool is_picture() const { return false; }

  // ---- The sender.

  // seal_first seals the first message of `record`. Where the exchange goes on, `exchange` notes
  // what was said.
  virtual transfer::SealedPayload seal_first(const keystore::SenderRecord& record,
                                             ByteView plaintext, keystore::ExchangeFile* exchange);
  // lay puts the payload of `record` there and sets its link; the caller saves it. Repeating it is
  // harmless. may_lay_again says whether such an error leaves open what became of it; after another
  // nothing lies there.
  virtual Result<Done> lay(keystore::SenderRecord& record) = 0;
  virtual bool may_lay_again(const Error&) const { return false; }
  // take_away ends the place of a share that nobody has taken up. Errors are of no consequence.
  virtual void take_away(const keystore::SenderRecord& record) = 0;
  // outlasts_deadline says whether the receiver hears of the deadline from the sender alone: a
  // mailbox ends by itself.
  virtual bool outlasts_deadline() const { return false; }
  // printed is what the person gets to send: the link, or the secret of a direct place.
  // leads_with_secret says whether the secret has gone ahead on the place itself, so that it is
  // printed nowhere else.
  // `split`: without the secret, where the link says something without it.
  virtual std::string printed(const keystore::SenderRecord& record, bool split) const;
  virtual bool leads_with_secret() const { return false; }
  // advice tells the person who can see what there.
  virtual std::string advice() const = 0;

  // ---- The receiver.

  // open fetches and opens the first message and puts the offer into the record, or begins the
  // confirmed exchange that it invites to; saved before every call that may bind this wallet.
  // Errors: not_found (nothing lies there), cannot_open (wrong secret, or damaged), conflict
  // (somebody else was faster); the caller lets the link go.
  virtual Result<Done> open(keystore::ReceiverRecord& record) = 0;
  // binds_reader says whether others find nothing there until it is given back. give_back makes it
  // free for another wallet; errors: what leaves open whether it is. given_back is what the person
  // is told where the secret was wrong.
  virtual bool binds_reader() const { return true; }
  virtual Result<Done> give_back(const keystore::ReceiverMailbox& mailbox) = 0;
  virtual std::string_view given_back() const { return ""; }
  // remove ends the place once all was taken. Errors are of no consequence.
  virtual void remove(const keystore::ReceiverMailbox& mailbox) = 0;
  // tells_deadline says whether the place itself has told until when it is there.
  virtual bool tells_deadline() const { return false; }

  // ---- The exchange of both.

  // address names the place in the messages of the two sides; empty where it has no name that both
  // know.
  virtual std::string address(const transfer::ShareLink& link) const;
  // check says whether `exchange` has all that a carrier needs. Errors: invalid. carrier is for
  // one run of it and refers to `exchange`.
  virtual Result<Done> check(const keystore::ExchangeFile&) const { return Done{}; }
  virtual std::unique_ptr<carrier::Carrier> sender_carrier(const keystore::SenderRecord& record,
                                                           keystore::ExchangeFile& exchange) = 0;
  virtual std::unique_ptr<carrier::Carrier> receiver_carrier(
      const keystore::ReceiverMailbox& mailbox, keystore::ExchangeFile& exchange) = 0;
  // say_again writes what this side said last where it does not lie any more: on streams, after a
  // new start. Errors: hung_up.
  virtual Result<Done> say_again(const std::optional<transfer::SealedPayload>&) { return Done{}; }

 protected:
  explicit Transport(Wallet& wallet) : wallet_(wallet) {}
  Wallet& wallet_;
};

// transport_of is what is done at `place`. It refers to `wallet`.
std::unique_ptr<Transport> transport_of(Wallet& wallet, const keystore::Place& place);

// say_again for the share `record` that this wallet makes: its first message, or what its exchange
// said last.
Result<Done> say_again(Wallet& wallet, const keystore::SenderRecord& record);

}  // namespace keyferry::wallet
