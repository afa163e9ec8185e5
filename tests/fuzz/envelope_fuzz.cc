// Target: what the other wallet sealed, opened: transfer::parse_envelope and parse_offer_message;
// and the sealed payload itself. What is read is written and read again as the same.
#include "keyferry/transfer/offer_message.h"
#include "keyferry/transfer/sealed_payload.h"

namespace {

using namespace keyferry;

void check_envelope(ByteView plaintext) {
  const auto envelope = transfer::parse_envelope(plaintext);
  if (!envelope) {
    const std::string& reason = envelope.error().reason;
    require(reason == "version" || reason == "damaged", "a fault is named");
    return;
  }
  const auto written = transfer::encode_envelope(*envelope);
  if (!written) {
    // Numbers and escapes may need more room when they are written by us.
    require(written.error().code == Errc::too_large, "only the size can be refused");
    return;
  }
  const auto again = transfer::parse_envelope(*written);
  require(again.has_value(), "an envelope comes back");
  require(again->format == envelope->format &&
              again->routing.has_value() == envelope->routing.has_value(),
          "format and routing come back");
}

void check_offer(ByteView plaintext) {
  const auto message = transfer::parse_offer_message(plaintext);
  if (!message) return;
  const auto written = transfer::encode_offer_message(*message);
  if (!written) {
    require(written.error().code == Errc::too_large, "a cleaned note is fit to be sent");
    return;
  }
  const auto again = transfer::parse_offer_message(*written);
  require(again && again->note == message->note, "a note comes back");
}

void check_sealed(ByteView input) {
  const SecretBytes secret(Bytes(input.size() % 2 == 0 ? 32 : 16, 7));
  const transfer::SealedPayload payload{
      .type = input.size() % 2 == 0 ? "AEAD_AES_256_GCM" : "AEAD_AES_128_GCM",
      .data = std::string(text_of(input))};
  if (const auto opened = transfer::open_payload(secret, payload)) {
    require(transfer::open_payload(secret, transfer::seal_payload(secret, *opened)) == *opened,
            "what opened can be sealed");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  check_envelope(input);
  check_offer(input);
  check_sealed(input);
  return 0;
}
