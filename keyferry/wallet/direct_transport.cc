// A share that was laid into a file or given to the streams has a link without an address.
#include "keyferry/wallet/direct_transport.h"

#include "keyferry/carrier/direct_stream.h"
#include "keyferry/transfer/share_link.h"
#include "keyferry/wallet/receiver_link.h"

namespace keyferry::wallet {
namespace {

// OfStream lends the one stream of a wallet to whoever needs a carrier.
class OfStream final : public carrier::SecretCarrier {
 public:
  OfStream(std::shared_ptr<carrier::DirectStream> stream, SecretBytes secret)
      : carrier::SecretCarrier(std::move(secret)), stream_(std::move(stream)) {}
  Result<std::optional<carrier::Arrived>> receive(const std::string& version, bool wait) override {
    if (!stream_) return std::optional<carrier::Arrived>();
    return stream_->receive(version, wait);
  }
  Result<std::string> send(const transfer::SealedPayload& payload, const std::string&,
                           const std::string& version) override {
    if (!stream_) return fail(Errc::not_found, "the streams of this share are gone");
    return stream_->send(payload, version);
  }
  void close() override {}

 private:
  std::shared_ptr<carrier::DirectStream> stream_;
};

Error nothing_in(const std::string& name) {
  return fail(Errc::not_found, "there is no share in " + name + ": nothing was taken", "no_file");
}

}  // namespace

std::string DirectTransport::printed(const keystore::SenderRecord& record, bool) const {
  return "#" + transfer::encode_link_secret(*record.secret);
}

Result<Done> DirectTransport::open(keystore::ReceiverRecord& record) {
  KF_TRY(const carrier::Arrived arrived, first());
  const auto plaintext = transfer::open_payload(*record.mailbox->link.secret, arrived.payload);
  if (!plaintext) {
    return fail(Errc::cannot_open,
                "the secret does not open " + name() + ": it is wrong, or the file is damaged",
                "damaged");
  }
  return use_message(wallet_, record, *plaintext);
}

Result<keystore::Place> FileTransport::settle(const std::vector<std::string>&) {
  KF_TRY(file().check_free());
  return keystore::AtFile{path_};
}

Result<Done> FileTransport::lay(keystore::SenderRecord& record) {
  KF_TRY(file().create(*record.payload));
  record.link = transfer::ShareLink{};
  return Done{};
}

std::string FileTransport::advice() const {
  return "bring " + path_ + " to the other side, and the part from the # on another way";
}

Result<carrier::Arrived> FileTransport::first() {
  KF_TRY(auto arrived, file().read());
  if (arrived) return *std::move(arrived);
  return nothing_in(path_);
}

std::unique_ptr<carrier::Carrier> FileTransport::sender_carrier(
    const keystore::SenderRecord& record, keystore::ExchangeFile&) {
  return std::make_unique<carrier::FileCarrier>(path_, record.secret->clone());
}

std::unique_ptr<carrier::Carrier> FileTransport::receiver_carrier(
    const keystore::ReceiverMailbox& mailbox, keystore::ExchangeFile&) {
  return std::make_unique<carrier::FileCarrier>(path_, mailbox.link.secret->clone());
}

Result<keystore::Place> StreamTransport::settle(const std::vector<std::string>&) {
  return keystore::AtStreams{};
}

Result<Done> StreamTransport::lay(keystore::SenderRecord& record) {
  record.link = transfer::ShareLink{};
  return Done{};
}

Result<carrier::Arrived> StreamTransport::first() {
  if (wallet_.stream) return wallet_.stream->first();
  return nothing_in(name());
}

std::unique_ptr<carrier::Carrier> StreamTransport::sender_carrier(
    const keystore::SenderRecord& record, keystore::ExchangeFile&) {
  return std::make_unique<OfStream>(wallet_.stream, record.secret->clone());
}

std::unique_ptr<carrier::Carrier> StreamTransport::receiver_carrier(
    const keystore::ReceiverMailbox& mailbox, keystore::ExchangeFile&) {
  return std::make_unique<OfStream>(wallet_.stream, mailbox.link.secret->clone());
}

Result<Done> StreamTransport::say_again(const std::optional<transfer::SealedPayload>& payload) {
  if (!wallet_.stream || !payload) return Done{};
  return wallet_.stream->repeat(*payload);
}

}  // namespace keyferry::wallet
