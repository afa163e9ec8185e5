// IPv4 and IPv6 networks in CIDR notation.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::credential {

// parse_cidr reads a network ("192.0.2.0/24", "2001:db8::/32"); without "/" it is one address.
// Returns the canonical text (RFC 5952, always with "/"), which parses to itself. Refused are bits
// behind the prefix, leading zeros, zone ids, and IPv4 addresses inside IPv6 ones (sshd never sees
// a client so). Errors: invalid.
Result<std::string> parse_cidr(std::string_view text);

// cidr_contains says whether every address of `inner` is one of `outer`; both are what parse_cidr
// returns (anything else is contained in nothing). The two families never contain each other.
bool cidr_contains(std::string_view outer, std::string_view inner);

}  // namespace keyferry::credential
