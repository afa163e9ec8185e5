// The one choice among places, and what most of them have in common.
#include "keyferry/wallet/transport.h"

#include "keyferry/transfer/share_link.h"
#include "keyferry/wallet/direct_transport.h"
#include "keyferry/wallet/dropbox_transport.h"
#include "keyferry/wallet/mailbox_transport.h"

namespace keyferry::wallet {
namespace {

struct Choose {
  Wallet& wallet;
  std::unique_ptr<Transport> operator()(const keystore::AtMailbox& place) const {
    return std::make_unique<MailboxTransport>(wallet, place);
  }
  std::unique_ptr<Transport> operator()(const keystore::AtDropbox& place) const {
    return std::make_unique<DropboxTransport>(wallet, place);
  }
  std::unique_ptr<Transport> operator()(const keystore::AtFile& place) const {
    return std::make_unique<FileTransport>(wallet, place);
  }
  std::unique_ptr<Transport> operator()(const keystore::AtStreams&) const {
    return std::make_unique<StreamTransport>(wallet);
  }
};

}  // namespace

std::unique_ptr<Transport> transport_of(Wallet& wallet, const keystore::Place& place) {
  return std::visit(Choose{wallet}, place);
}

keystore::Place Transport::at_relay(std::string relay) const {
  return keystore::AtMailbox{std::move(relay)};
}

SecretBytes Transport::draw_secret() const {
  return transfer::make_share_secret();
}

transfer::SealedPayload Transport::seal_first(const keystore::SenderRecord& record,
                                              ByteView plaintext, keystore::ExchangeFile*) {
  return transfer::seal_payload(*record.secret, plaintext);
}

std::string Transport::printed(const keystore::SenderRecord& record, bool split) const {
  transfer::ShareLink link = keystore::full_link(record);
  if (split) link.secret.reset();
  return transfer::encode_share_link(link);
}

std::string Transport::address(const transfer::ShareLink& link) const {
  return transfer::place_of(link);
}

Result<Done> say_again(Wallet& wallet, const keystore::SenderRecord& record) {
  KF_TRY(const auto exchange, keystore::load_exchange(wallet.home, record.id));
  const auto transport = transport_of(wallet, record.place);
  if (exchange && exchange->outgoing) return transport->say_again(exchange->outgoing->payload);
  return transport->say_again(record.payload);
}

}  // namespace keyferry::wallet
