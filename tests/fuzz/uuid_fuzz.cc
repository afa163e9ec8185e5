// Target: parse_uuid and parse_hex. What decodes encodes to the same text in lower case.
#include <algorithm>

#include "keyferry/base/hex.h"
#include "keyferry/base/uuid.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string_view text = text_of({data, size});
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (const auto uuid = parse_uuid(text)) require(encode_uuid(*uuid) == lower, "a UUID comes back");
  if (const auto bytes = parse_hex(text)) require(encode_hex(*bytes) == lower, "hex comes back");
  return 0;
}
