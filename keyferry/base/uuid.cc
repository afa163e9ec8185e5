#include "keyferry/base/uuid.h"

#include <algorithm>

#include "keyferry/base/hex.h"

namespace keyferry {

Result<UuidOctets> parse_uuid(std::string_view text) {
  const auto bad = [] { return fail(Errc::invalid, "not a UUID (8-4-4-4-12 hex digits)"); };
  if (text.size() != 36) return bad();
  UuidOctets octets{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < octets.size(); ++i, at += 2) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      if (text[at++] != '-') return bad();
    }
    const int octet = octet_of_hex(text[at], text[at + 1]);
    if (octet < 0) return bad();
    octets[i] = static_cast<std::uint8_t>(octet);
  }
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
