// Host names and IP addresses, each with one spelling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::codec {

struct Host {
  enum class Kind { name, ipv4, ipv6 };
  Kind kind = Kind::name;
  // A name in lower case; an IPv4 address in four decimal numbers; an IPv6 address as inet_ntop
  // (and so sshd) writes it, without brackets.
  std::string text;

  bool is_loopback() const;  // 127.0.0.0/8, ::1, "localhost"
};

// parse_host reads a DNS name (labels of 1 to 63 letters, digits and inner hyphens, 253 in all, no
// dot at the end), an IPv4 address in four decimal numbers without leading zeros, or an IPv6
// address without brackets and zone. Errors: invalid; the old spellings of IPv4 ("127.1",
// "0x7f000001", "010.0.0.5") are called so, and so is a name that is not ASCII.
Result<Host> parse_host(std::string_view text);

struct HostPort {
  Host host;
  std::optional<std::uint16_t> port;

  // host, in brackets if it is IPv6, and ":PORT" if there is a port.
  std::string encode() const;
};

// parse_host_port reads HOST, HOST:PORT, "[IPV6]", "[IPV6]:PORT", or an IPv6 address alone; the
// port is 1 to 65535 in decimal digits. Errors: invalid (also "host:22:33").
Result<HostPort> parse_host_port(std::string_view text);

}  // namespace keyferry::codec
