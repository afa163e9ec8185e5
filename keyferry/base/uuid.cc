#include "keyferry/base/uuid.h"

#include <algorithm>

#include "keyferry/base/hex.h"

namespace keyferry {

Result<UuidOctets> parse_uuid(std::string_view text) {
  const Error bad = fail(Errc::invalid, "not a UUID (8-4-4-4-12 hex digits)");
  if (text.size() != 36) return bad;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen_here = i == 8 || i == 13 || i == 18 || i == 23;
    if ((text[i] == '-') != hyphen_here) return bad;
    if (!hyphen_here) digits += text[i];
  }
  const auto bytes = parse_hex(digits);
  if (!bytes) return bad;
  UuidOctets octets{};
  std::copy(bytes->begin(), bytes->end(), octets.begin());
  return octets;
}

std::string encode_uuid(const UuidOctets& octets) {
  std::string text = encode_hex(octets);
  for (std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

UuidOctets as_uuid_v4(UuidOctets octets) {
  octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0f) | 0x40);
  octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3f) | 0x80);
  return octets;
}

}  // namespace keyferry
