// Target: credential offers, as objects and as the URIs that carry them. What is read is written
// and read again as the same; no message quotes the code.
#include "keyferry/codec/json.h"
#include "keyferry/credential/offer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string_view text = text_of({data, size});
  if (const auto object = codec::parse_json_object(text)) {
    if (const auto offer = credential::parse_offer(*object)) {
      require(credential::parse_offer(credential::encode_offer(*offer)) == *offer,
              "an offer comes back");
    }
  }
  if (const auto uri = credential::parse_offer_uri(text)) {
    const std::string written =
        std::visit([](const auto& carried) { return credential::encode_offer_uri(carried); }, *uri);
    const auto again = credential::parse_offer_uri(written);
    // Percent-encoding may make a long offer too long, and nothing else.
    require(again ? *again == *uri : again.error().code == Errc::too_large, "a URI comes back");
    require(credential::is_offer_uri(text) && credential::is_offer_uri(written),
            "an offer URI looks like one");
  }
  return 0;
}
