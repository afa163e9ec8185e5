// Textual UUIDs (RFC 4122) as 16 octets, and strong ids made of octets.
#pragma once

#include <compare>
#include <functional>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry {

using UuidOctets = ByteArray<16>;

// parse_uuid reads 8-4-4-4-12 hex digits of either case, any version and variant. Errors: invalid.
Result<UuidOctets> parse_uuid(std::string_view text);

// encode_uuid writes lower case with hyphens.
std::string encode_uuid(const UuidOctets& octets);

// as_uuid_v4 sets version 4 and the RFC 4122 variant over 128 random (or derived) bits.
UuidOctets as_uuid_v4(UuidOctets octets);

// OctetId is a value of N octets that mixes with no other: struct MailboxIdTag; using MailboxId =
// OctetId<MailboxIdTag, 16>.
template <class Tag, std::size_t N>
struct OctetId {
  ByteArray<N> octets{};
  friend auto operator<=>(const OctetId&, const OctetId&) = default;
};

}  // namespace keyferry

template <class Tag, std::size_t N>
struct std::hash<keyferry::OctetId<Tag, N>> {
  std::size_t operator()(const keyferry::OctetId<Tag, N>& id) const noexcept {
    return std::hash<std::string_view>()(keyferry::text_of(id.octets));
  }
};
