// Target: the Mailbox-* headers of the relay. The input is a value of each of them.
#include "keyferry/base/base64.h"
#include "keyferry/relay/headers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string value(text_of({data, size}));
  http::Headers headers;
  headers.add(std::string(relay::kRequestIdHeader), value);
  headers.add(std::string(relay::kDeviceClaimHeader), value);
  headers.add(std::string(relay::kClaimKeyHeader), value);
  headers.add("Content-Type", value);
  headers.add("Prefer", value);
  headers.add("If-Match", value);
  if (const auto id = relay::parse_request_id(headers)) {
    require(*id == value && !value.empty() && size <= 128, "a request id is taken as it is");
  }
  const auto claim = relay::parse_device_claim(headers);
  require(claim.has_value() == parse_uuid(value).has_value(), "a claim is a UUID");
  require(claim || claim.error().code == Errc::unauthorized, "a bad claim is nobody's");
  require(relay::hash_claim_key(headers).has_value(), "a shown claim key has a hash");
  const auto json = relay::check_json_body(headers);
  require(json || json.error().code == Errc::unsupported_media, "a body is JSON or refused");

  const auto wait = relay::parse_wait(headers);
  require(!wait || (*wait >= Duration(0) && *wait <= std::chrono::seconds(25)), "a wait is short");
  require(relay::parse_condition_header(headers, "If-Match").has_value(), "a condition is one");

  headers.add(std::string(relay::kDeviceClaimHeader), value);
  require(!relay::parse_device_claim(headers), "two claims are none");
  return 0;
}
