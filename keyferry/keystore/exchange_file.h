// What a confirmed exchange needs to go on after a crash: transfers/exchange-ID. Both the state
// machine of this side (with its keys) and the one message that it sealed last. Read and written
// only under the lock of the transfer; every version is overwritten when the next one takes its
// place, so that nothing of the keys stays behind.
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/secret.h"
#include "keyferry/digest/hash.h"
#include "keyferry/keystore/home.h"
#include "keyferry/transfer/drop_exchange.h"
#include "keyferry/transfer/sealed_payload.h"

namespace keyferry::keystore {

// Outgoing is a message sealed once: a retry sends these octets under this request id.
struct Outgoing {
  digest::Sha256 plaintext{};  // hash of what was sealed
  transfer::SealedPayload payload;
  std::string request_id;
  bool sent = false;  // the relay said that it has it
};

// DropState is where an exchange by Draft R stands.
struct DropState {
  SecretBytes said;     // DropExchange::encode
  std::string read;     // the location of a message that was read and is still to be deleted
  std::string written;  // that of our own last message
};

struct ExchangeFile {
  SecretBytes machine;  // ConfirmedSender::encode or ConfirmedReceiver::encode
  std::optional<Outgoing> outgoing;
  std::optional<DropState> drops;
};

// load_exchange returns nothing where there is none. Errors: invalid (damaged, or made by a newer
// version), forbidden (open to others), io.
Result<std::optional<ExchangeFile>> load_exchange(const Home& home, std::string_view id);
Result<Done> save_exchange(const Home& home, std::string_view id, const ExchangeFile& exchange);
Result<Done> erase_exchange(const Home& home, std::string_view id);

}  // namespace keyferry::keystore
