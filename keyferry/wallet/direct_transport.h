// The direct transport (transfer.md section 6): no relay; a file or QR picture that both sides can
// reach, or standard input and output.
#pragma once

#include "keyferry/carrier/file_carrier.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {

// DirectTransport is what both have in common: whoever has the secret and reads first is the
// receiver, and nothing is to be given back.
class DirectTransport : public Transport {
 public:
  std::string printed(const keystore::SenderRecord& record, bool split) const override;
  Result<Done> open(keystore::ReceiverRecord& record) override;
  bool binds_reader() const override { return false; }
  Result<Done> give_back(const keystore::ReceiverMailbox&) override { return Done{}; }
  std::string address(const transfer::ShareLink&) const override { return ""; }

 protected:
  using Transport::Transport;
  // name is the place in a message; first reads what lies there first, and on streams waits for
  // it. Errors: not_found (nothing that is a sealed message, reason no_file), invalid (no QR code
  // in the picture; hung_up).
  virtual std::string name() const = 0;
  virtual Result<carrier::Arrived> first() = 0;
};

class FileTransport final : public DirectTransport {
 public:
  FileTransport(Wallet& wallet, keystore::AtFile place)
      : DirectTransport(wallet), path_(std::move(place.path)) {}

  Result<keystore::Place> settle(const std::vector<std::string>& relays) override;
  bool is_picture() const override { return carrier::is_picture_place(path_); }
  Result<Done> lay(keystore::SenderRecord& record) override;
  void take_away(const keystore::SenderRecord&) override { file().close(); }
  bool outlasts_deadline() const override { return true; }
  std::string advice() const override;
  void remove(const keystore::ReceiverMailbox&) override { file().close(); }
  std::unique_ptr<carrier::Carrier> sender_carrier(const keystore::SenderRecord& record,
                                                   keystore::ExchangeFile& exchange) override;
  std::unique_ptr<carrier::Carrier> receiver_carrier(const keystore::ReceiverMailbox& mailbox,
                                                     keystore::ExchangeFile& exchange) override;

 protected:
  std::string name() const override { return path_; }
  Result<carrier::Arrived> first() override;

 private:
  carrier::FileCarrier file() const { return carrier::FileCarrier(path_); }

  std::string path_;
};

// StreamTransport: streams that this command was not started with (Wallet::stream) are a place that
// is gone.
class StreamTransport final : public DirectTransport {
 public:
  explicit StreamTransport(Wallet& wallet) : DirectTransport(wallet) {}

  Result<keystore::Place> settle(const std::vector<std::string>&) override;
  // On streams say_again writes it.
  Result<Done> lay(keystore::SenderRecord& record) override;
  void take_away(const keystore::SenderRecord&) override {}
  bool leads_with_secret() const override { return true; }
  std::string advice() const override { return "the share travels by standard input and output"; }
  void remove(const keystore::ReceiverMailbox&) override {}
  std::unique_ptr<carrier::Carrier> sender_carrier(const keystore::SenderRecord& record,
                                                   keystore::ExchangeFile& exchange) override;
  std::unique_ptr<carrier::Carrier> receiver_carrier(const keystore::ReceiverMailbox& mailbox,
                                                     keystore::ExchangeFile& exchange) override;
  Result<Done> say_again(const std::optional<transfer::SealedPayload>& payload) override;

 protected:
  std::string name() const override { return std::string(keystore::kStandardStreams); }
  Result<carrier::Arrived> first() override;
};

}  // namespace keyferry::wallet
