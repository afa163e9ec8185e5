// The place of message 0 follows from the link's secret, so that the record alone suffices to put
// it again or to take it away.
#include "keyferry/wallet/sender_drop.h"

#include "keyferry/carrier/dropbox_carrier.h"
#include "keyferry/wallet/relay_choice.h"

namespace keyferry::wallet {
namespace {

client::DropClient client_of(Wallet& wallet, const keystore::SenderRecord& record) {
  return {wallet.web, record.relay, relay_is_local(wallet, record.relay)};
}

transfer::DropExchange beginning_of(const keystore::SenderRecord& record) {
  return {record.secret->clone(), *record.suite, transfer::Side::sender};
}

}  // namespace

transfer::SealedPayload seal_first(const keystore::SenderRecord& record, ByteView plaintext,
                                   keystore::ExchangeFile* exchange) {
  if (!record.suite) return transfer::seal_payload(*record.secret, plaintext);
  transfer::DropExchange drops = beginning_of(record);
  keystore::DropState state;
  state.written = drops.location();
  transfer::SealedPayload payload = carrier::sealed_drop(drops.seal(plaintext));
  state.said = drops.encode();
  if (exchange != nullptr) exchange->drops = std::move(state);
  return payload;
}

Result<bool> put_first(Wallet& wallet, const keystore::SenderRecord& record) {
  KF_TRY(const Bytes sealed, carrier::octets_of_drop(*record.payload));
  return client_of(wallet, record).put(beginning_of(record).location(), sealed, record.notify);
}

void remove_first(Wallet& wallet, const keystore::SenderRecord& record) {
  if (!record.secret) return;
  const auto removed = client_of(wallet, record).remove(beginning_of(record).location());
  static_cast<void>(removed.has_value());
}

}  // namespace keyferry::wallet
