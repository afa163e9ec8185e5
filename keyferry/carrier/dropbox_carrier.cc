// What was read stays in the relay until stored() says that it is kept, and is deleted before the
// next message is read or written.
#include "keyferry/carrier/dropbox_carrier.h"

#include "keyferry/base/base64.h"

namespace keyferry::carrier {
namespace {

// How a message is kept: its type says at which of the places it belongs.
constexpr std::string_view kInTurn = "draft R message";
constexpr std::string_view kCancel = "draft R cancel";

constexpr std::size_t kMostOctets = transfer::kMostPlaintext + 1024;  // framing, nonce and tag

bool is_cancel(ByteView plaintext) {
  const auto envelope = transfer::parse_envelope(plaintext);
  return envelope && envelope->routing && envelope->routing->type == "cancel";
}

}  // namespace

std::unique_ptr<Carrier> resume_dropbox(client::DropClient relay, const transfer::ShareLink& link,
                                        transfer::Side own, keystore::DropState& state) {
  auto exchange =
      transfer::DropExchange::resume(link.secret->clone(), *link.suite, own, state.said.expose());
  require(exchange.has_value(), "what load_exchange read can be resumed");
  return std::make_unique<DropboxCarrier>(std::move(relay), *std::move(exchange), own, state);
}

transfer::SealedPayload sealed_drop(ByteView sealed) {
  return {std::string(kInTurn), encode_base64(sealed)};
}

Result<Bytes> octets_of_drop(const transfer::SealedPayload& payload) {
  return parse_base64(payload.data);
}

transfer::Side DropboxCarrier::other() const {
  return own_ == transfer::Side::sender ? transfer::Side::receiver : transfer::Side::sender;
}

transfer::SealedPayload DropboxCarrier::seal(ByteView plaintext) {
  if (is_cancel(plaintext)) {
    return {std::string(kCancel), encode_base64(exchange_.seal_cancel(own_, plaintext))};
  }
  state_.written = exchange_.location();
  transfer::SealedPayload payload = sealed_drop(exchange_.seal(plaintext));
  state_.said = exchange_.encode();
  return payload;
}

Result<Bytes> DropboxCarrier::open(const transfer::SealedPayload& payload) {
  KF_TRY(const Bytes sealed, octets_of_drop(payload));
  if (sealed.size() > kMostOctets) return fail(Errc::cannot_open, "the message is too long");
  if (payload.type == kCancel) {
    KF_TRY(Bytes message, exchange_.open_cancel(other(), sealed));
    state_.read = exchange_.cancel_location(other());
    return message;
  }
  const std::string location = exchange_.location();
  KF_TRY(Bytes message, exchange_.open(sealed));
  state_.read = location;
  state_.said = exchange_.encode();
  return message;
}

// A message is deleted once it is stored, and before anything is written (DRR-05, B-12).
//= spec:tigress#DRR-05
//= spec:tigress#B-12
Result<Done> DropboxCarrier::delete_read() {
  if (state_.read.empty()) return Done{};
  KF_TRY(relay_.remove(state_.read));
  state_.read.clear();
  return Done{};
}

void DropboxCarrier::stored() {
  static_cast<void>(delete_read().has_value());
}

// A cancel names the transfer, which only who has read message 0 knows: whoever got the link later
// cannot end the exchange.
bool DropboxCarrier::ends_this(ByteView sealed) const {
  const auto plaintext = exchange_.open_cancel(other(), sealed);
  const auto first = transfer::parse_envelope(exchange_.first_message());
  if (!plaintext || !is_cancel(*plaintext) || !first || !first->routing) return false;
  return transfer::parse_envelope(*plaintext)->routing->transfer == first->routing->transfer;
}

//= spec:tigress#B-10
Result<std::optional<Arrived>> DropboxCarrier::receive_cancel() {
  const std::string location = exchange_.cancel_location(other());
  KF_TRY(const auto found, relay_.get(location, false));
  if (!found) return std::optional<Arrived>();
  if (found->size() <= kMostOctets && ends_this(*found)) {
    return std::optional(Arrived{{std::string(kCancel), encode_base64(*found)}, ""});
  }
  KF_TRY(relay_.remove(location));
  return std::optional<Arrived>();
}

Result<std::optional<Arrived>> DropboxCarrier::receive(const std::string&, bool wait) {
  KF_TRY(delete_read());
  KF_TRY(auto cancel, receive_cancel());
  if (cancel) return cancel;
  if (exchange_.is_own_turn()) return std::optional<Arrived>();
  KF_TRY(const auto message, relay_.get(exchange_.location(), wait));
  if (!message) return std::optional<Arrived>();
  return std::optional(Arrived{sealed_drop(*message), ""});
}

Result<std::string> DropboxCarrier::send(const transfer::SealedPayload& payload, const std::string&,
                                         const std::string&) {
  KF_TRY(const Bytes sealed, octets_of_drop(payload));
  KF_TRY(delete_read());
  if (payload.type != kCancel) {
    KF_TRY(relay_.put(state_.written, sealed));
    return std::string();
  }
  if (!state_.written.empty()) static_cast<void>(relay_.remove(state_.written).has_value());
  const std::string location = exchange_.cancel_location(own_);
  const auto put = relay_.put(location, sealed);
  if (put) return std::string();
  if (put.error().reason != "taken") return put.error();
  KF_TRY(relay_.remove(location));  // nobody but us has anything to say there
  KF_TRY(relay_.put(location, sealed));
  return std::string();
}

void DropboxCarrier::close() {
  stored();
  if (!state_.written.empty()) static_cast<void>(relay_.remove(state_.written).has_value());
}

}  // namespace keyferry::carrier
