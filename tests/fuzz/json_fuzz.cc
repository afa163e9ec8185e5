// Target: codec::parse_json. What it accepts is written and read again: as the same text, but for
// numbers with a fraction, which Boost.JSON 1.81 reads to the nearest double or its neighbour.
#include <cstdlib>

#include "keyferry/codec/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const auto value = codec::parse_json(text_of({data, size}));
  if (!value) return 0;
  const std::string text = codec::encode_json(*value);
  const auto again = codec::parse_json(text, {.octets = 16 * 65536});
  if (!again) std::abort();
  const bool fraction = text.find_first_of(".E") != std::string::npos;
  if (!fraction && codec::encode_json(*again) != text) std::abort();
  return 0;
}
