// Seals, stores and sends the messages of one exchange, and fetches and opens the other side's.
#pragma once

#include <optional>
#include <string>

#include "keyferry/carrier/carrier.h"
#include "keyferry/keystore/exchange_file.h"

namespace keyferry::carrier {

class Courier {
 public:
  // All outlive the courier; the caller holds the lock of the transfer. `exchange` is the stored
  // one: its `outgoing` is the courier's, which saves the whole.
  Courier(const keystore::Home& home, std::string id, keystore::ExchangeFile& exchange,
          Carrier& carrier)
      : home_(home), id_(std::move(id)), exchange_(exchange), carrier_(carrier) {}

  // look reads what lies there now, without waiting; fetch waits up to about `most` for something
  // that was not read before, by long poll or, where the place has no versions, at growing
  // intervals. What was read before is nothing.
  // Errors: cannot_open (also when read a second time), and those of Carrier::receive.
  Result<std::optional<Bytes>> look();
  Result<std::optional<Bytes>> fetch(Duration most);

  // stored says that what was read, and what followed from it, is stored.
  void stored() { carrier_.stored(); }

  // leave says that what was read last is meant for somebody else: it stays where it lies.
  void leave() { carrier_.leave(); }

  // deliver seals `plaintext` once, stores that and sends it; a message that was sent before is not
  // sent again. Errors: precondition_failed: something else came meanwhile; look and decide anew.
  // conflict with reason `taken`: somebody else took our turn.
  Result<Done> deliver(ByteView plaintext);

  // deliver_cancel does the same for the last message, which the other side's last message may
  // cross: it is written again under a new request id until it stands, three times at most, and
  // then `close` (a sender) ends the place.
  Result<Done> deliver_cancel(ByteView plaintext, bool close);

 private:
  Result<std::optional<Bytes>> take(std::optional<Arrived> arrived);
  Result<Done> prepare(ByteView plaintext);
  Result<Done> write();
  Result<bool> stands(ByteView plaintext);

  const keystore::Home& home_;
  std::string id_;
  keystore::ExchangeFile& exchange_;
  Carrier& carrier_;
  std::string version_;
  std::optional<transfer::SealedPayload> seen_;
};

}  // namespace keyferry::carrier
