// Target: the JSON bodies of Create, Update and Read. What is accepted is within every limit.
#include "keyferry/mailbox/request_body.h"

namespace {

using namespace keyferry;

constexpr mailbox::BodyLimits kLimits{.payload = 2048, .display = 256, .token = 256};

void check(const mailbox::Payload& payload) {
  require(payload.data.size() >= mailbox::kLeastPayload && payload.data.size() <= kLimits.payload,
          "a payload is within its limits");
  require(payload.type == "AEAD_AES_128_GCM" || payload.type == "AEAD_AES_256_GCM",
          "a payload has one of the two ciphers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = text_of({data, size});
  if (const auto create = mailbox::parse_create_body(body, kLimits)) {
    check(create->request.payload);
    const mailbox::DisplayInformation& display = create->request.display;
    require(display.title.size() + display.description.size() + display.image_url.size() <=
                kLimits.display,
            "the preview is within its limit");
  }
  if (const auto update = mailbox::parse_update_body(body, kLimits)) check(update->payload);
  if (mailbox::parse_read_body(body, kLimits)) {
    require(size <= mailbox::most_body_octets(kLimits), "a body is within its limit");
  }
  return 0;
}
