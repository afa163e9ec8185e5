// The format comes first, then the routing, then the content, so a foreign or newer message is
// called that and not damaged.
#include "keyferry/transfer/offer_message.h"

#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"

namespace keyferry::transfer {
namespace {

constexpr std::size_t kMostNote = 200;

Error unknown_format(std::string_view format) {
  if (format.starts_with("keyferry.")) {
    return fail(Errc::invalid,
                "this share needs a newer version of keyferry: update yours, or ask the sender for "
                "an immediate share",
                "version");
  }
  return fail(Errc::invalid,
              "this share is of a kind that keyferry cannot take: ask the sender for another kind",
              "format");
}

Result<Done> check_routing(const Routing& routing) {
  if (routing.from != Side::sender) {
    return fail(Errc::invalid, "the message inside the link is not the sender's", "reflected");
  }
  if (routing.type != "invite" || routing.seq != 0) {
    return fail(Errc::invalid, "the message inside the link is not the first one", "order");
  }
  return Done{};
}

Error as_damaged(Error error) {
  error.reason = "damaged";
  return in_context("the message inside the link is damaged", std::move(error));
}

Result<std::optional<std::string>> note_of(const boost::json::object& content) {
  KF_TRY(std::optional<std::string> note, codec::optional_text_member(content, "note"));
  if (!note) return note;
  KF_TRY(std::string clean, codec::label(*note, kMostNote));
  if (clean.empty()) return std::optional<std::string>();
  return std::optional(std::move(clean));
}

}  // namespace

Result<Bytes> encode_offer_message(const OfferMessage& message) {
  Envelope envelope;
  envelope.format = kOfferFormat;
  envelope.content["credentialOffer"] = message.credential_offer;
  if (message.note) {
    KF_TRY(const std::string clean, codec::label(*message.note, kMostNote));
    KF_TRY(const std::string same, codec::nfc(*message.note));
    if (clean != same) {
      return fail(Errc::invalid,
                  "a note has at most 200 characters, no line breaks and no invisible ones");
    }
    envelope.content["note"] = clean;
  }
  Routing routing;
  routing.type = "invite";
  routing.transfer = message.transfer;
  envelope.routing = routing;
  return encode_envelope(envelope);
}

Result<OfferMessage> parse_offer_message(ByteView plaintext) {
  KF_TRY(const Envelope envelope, parse_envelope(plaintext));
  if (envelope.format != kOfferFormat && envelope.format != kGenericOfferFormat) {
    return unknown_format(envelope.format);
  }
  OfferMessage message;
  if (envelope.routing) {
    if (auto fine = check_routing(*envelope.routing); !fine) return fine.error();
    message.transfer = envelope.routing->transfer;
  }
  auto offer = codec::object_member(envelope.content, "credentialOffer");
  if (!offer) return as_damaged(offer.error());
  message.credential_offer = **offer;
  auto note = note_of(envelope.content);
  if (!note) return as_damaged(note.error());
  message.note = *std::move(note);
  return message;
}

}  // namespace keyferry::transfer
