#include "keyferry/base/hex.h"

namespace keyferry {
namespace {

constexpr std::array<std::int8_t, 256> kDigitOf = [] {
  std::array<std::int8_t, 256> values{};
  for (std::int8_t& value : values) value = -1;
  for (int i = 0; i < 10; ++i)
    values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 10; i < 16; ++i) {
    values[static_cast<std::size_t>('a' + i - 10)] = static_cast<std::int8_t>(i);
    values[static_cast<std::size_t>('A' + i - 10)] = static_cast<std::int8_t>(i);
  }
  return values;
}();

}  // namespace

std::string encode_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');
  char* out = text.data();
  for (std::uint8_t octet : bytes) {
    *out++ = kDigits[octet >> 4];
    *out++ = kDigits[octet & 15];
  }
  return text;
}

int octet_of_hex(char high, char low) {
  const int both =
      kDigitOf[static_cast<unsigned char>(high)] * 16 | kDigitOf[static_cast<unsigned char>(low)];
  return both < 0 ? -1 : both;
}

Result<Bytes> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(Errc::invalid, "hex text has an odd number of digits");
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int octet = octet_of_hex(text[i * 2], text[i * 2 + 1]);
    if (octet < 0) return fail(Errc::invalid, "not a hex digit");
    out[i] = static_cast<std::uint8_t>(octet);
  }
  return out;
}

}  // namespace keyferry
