#include "keyferry/wallet/direct.h"

#include "keyferry/carrier/direct_stream.h"
#include "keyferry/carrier/file_carrier.h"

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

}  // namespace

std::unique_ptr<carrier::Carrier> direct_carrier(Wallet& wallet, const std::string& place,
                                                 SecretBytes secret) {
  if (place == carrier::kStandardStreams) {
    return std::make_unique<OfStream>(wallet.stream, std::move(secret));
  }
  return std::make_unique<carrier::FileCarrier>(place, std::move(secret));
}

Result<carrier::Arrived> first_message(Wallet& wallet, const std::string& place) {
  if (place == carrier::kStandardStreams && wallet.stream) return wallet.stream->first();
  KF_TRY(auto arrived, place == carrier::kStandardStreams
                           ? Result<std::optional<carrier::Arrived>>(std::nullopt)
                           : carrier::FileCarrier(place).read());
  if (arrived) return *std::move(arrived);
  return fail(Errc::not_found, "there is no share in " + place + ": nothing was taken", "no_file");
}

Result<Done> hand_over(Wallet& wallet, const keystore::SenderRecord& record) {
  if (record.file != carrier::kStandardStreams || !wallet.stream || !record.payload) return Done{};
  KF_TRY(const auto exchange, keystore::load_exchange(wallet.home, record.id));
  if (exchange && exchange->outgoing) return hand_over(wallet, record.file, *exchange);
  return wallet.stream->repeat(*record.payload);
}

Result<Done> hand_over(Wallet& wallet, const std::string& place,
                       const keystore::ExchangeFile& exchange) {
  if (place != carrier::kStandardStreams || !wallet.stream || !exchange.outgoing) return Done{};
  return wallet.stream->repeat(exchange.outgoing->payload);
}

}  // namespace keyferry::wallet
