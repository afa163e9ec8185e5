// An exchange through the dropbox of a relay (Draft R, docs/dropbox.md): every message has a place
// of its own, and is sealed under a key of its own; each side ends it out of turn at a place of its
// own. What was said so far lies in the exchange's file, since every later place follows from it.
#pragma once

#include <memory>

#include "keyferry/carrier/carrier.h"
#include "keyferry/client/drop_client.h"
#include "keyferry/keystore/exchange_file.h"
#include "keyferry/transfer/share_link.h"

namespace keyferry::carrier {

class DropboxCarrier final : public Carrier {
 public:
  // `state` is that of the stored exchange, and outlives the carrier: whoever stores the exchange
  // stores it. `exchange` was resumed from it.
  DropboxCarrier(client::DropClient relay, transfer::DropExchange exchange, transfer::Side own,
                 keystore::DropState& state)
      : relay_(std::move(relay)), exchange_(std::move(exchange)), own_(own), state_(state) {}

  transfer::SealedPayload seal(ByteView plaintext) override;
  Result<Bytes> open(const transfer::SealedPayload& payload) override;
  void stored() override;
  void leave() override { state_.read.clear(); }
  bool is_one_slot() const override { return false; }
  Result<std::optional<Arrived>> receive(const std::string& version, bool wait) override;
  Result<std::string> send(const transfer::SealedPayload& payload, const std::string& request_id,
                           const std::string& version) override;
  void close() override;

 private:
  Result<Done> delete_read();
  Result<std::optional<Arrived>> receive_cancel();
  bool ends_this(ByteView sealed) const;
  transfer::Side other() const;

  client::DropClient relay_;
  transfer::DropExchange exchange_;
  transfer::Side own_;
  keystore::DropState& state_;
};

// resume_dropbox makes the carrier of a stored exchange: `state` as load_exchange read it.
std::unique_ptr<Carrier> resume_dropbox(client::DropClient relay, const transfer::ShareLink& link,
                                        transfer::Side own, keystore::DropState& state);

// sealed_drop and octets_of_drop turn a message of an exchange's turn, as it lies in the relay,
// into what the wallet keeps, and back. Errors: invalid.
transfer::SealedPayload sealed_drop(ByteView sealed);
Result<Bytes> octets_of_drop(const transfer::SealedPayload& payload);

}  // namespace keyferry::carrier
