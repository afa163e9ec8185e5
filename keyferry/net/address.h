// IP addresses as plain values: what counts as one source, and what is not the public Internet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keyferry/base/bytes.h"

struct sockaddr;

namespace keyferry::net {

// IpAddress holds 16 octets; IPv4 is kept as ::ffff:a.b.c.d.
struct IpAddress {
  ByteArray<16> octets{};

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  bool is_v4() const;
};

// parse_ip reads a literal ("192.0.2.7", "2001:db8::1", no brackets, no zone); nothing otherwise.
std::optional<IpAddress> parse_ip(std::string_view text);

// ip_of reads a socket address; nothing unless it is IPv4 or IPv6.
std::optional<IpAddress> ip_of(const sockaddr& address);

// encode_ip writes the usual text, IPv4 dotted.
std::string encode_ip(const IpAddress& address);

// source_of is the key of one source for limits: IPv4 whole, IPv6 by its /64, and an IPv6 address
// that carries an IPv4 one (mapped, 64:ff9b::/96) by that.
std::string source_of(const IpAddress& address);

// is_loopback is true for 127.0.0.0/8 and ::1.
bool is_loopback(const IpAddress& address);

// is_special is true for every address that is not plainly a host of the public Internet: "this
// network", loopback, private, shared (100.64/10), link-local, unique-local, documentation,
// benchmarking, 6to4 relay and IETF blocks, multicast, reserved, unspecified; also when the IPv4
// address inside a mapped, compatible, 64:ff9b::/96 or 6to4 address is one of these.
bool is_special(const IpAddress& address);

// IpRange is a network in CIDR notation: the addresses whose first `bits` of 128 are those of
// `network` (IPv4 counts as ::ffff:a.b.c.d, so 10.0.0.0/8 has 104 bits).
struct IpRange {
  IpAddress network;
  int bits = 128;
  friend bool operator==(const IpRange&, const IpRange&) = default;
};

// parse_ip_range reads "10.0.0.0/8", "fd00::/8", or one address. Nothing otherwise, and when a bit
// behind the prefix is set.
std::optional<IpRange> parse_ip_range(std::string_view text);

// contains says whether `address` lies in `range`.
bool contains(const IpRange& range, const IpAddress& address);

}  // namespace keyferry::net
