// Target: text from outside (codec/text.h, codec/plain_text.h), times and base64. What is made safe
// once stays the same, and what decodes encodes to the same text.
#include <cstdlib>

#include "keyferry/base/base64.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"

namespace {
void demand(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string_view text = text_of({data, size});
  const auto label = codec::label(text, 64);
  demand(label.has_value() == codec::is_utf8(text));
  if (label) demand(codec::label(*label, 64) == *label);
  if (const auto once = codec::nfc(text)) demand(codec::nfc(*once) == *once);
  if (const auto digits = codec::digits_of(text)) demand(codec::digits_of(*digits) == *digits);
  if (const auto plain = codec::plain_text(text, "x")) {
    demand(plain->size() <= text.size() && codec::is_utf8(*plain));
    demand(codec::plain_text(*plain, "x") == *plain);
  }
  if (const auto bytes = parse_base64(text)) demand(encode_base64(*bytes) == text);
  if (const auto bytes = parse_base64url(text)) demand(encode_base64url(*bytes) == text);
  if (const auto time = codec::parse_rfc3339(text)) {
    demand(codec::parse_rfc3339(codec::encode_rfc3339(*time)) == *time);
  }
  if (const auto duration = codec::parse_duration(text)) {
    demand(codec::parse_duration(codec::encode_duration(*duration)) == *duration);
  }
  return 0;
}
