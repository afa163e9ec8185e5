// What is special is IANA's registry as a table for IPv4, and for IPv6 all but 2000::/3, which has
// exceptions of its own; an IPv4 address inside a mapped, NAT64 or 6to4 one is judged by the table.
#include "keyferry/net/address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace keyferry::net {
namespace {

constexpr ByteArray<12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr ByteArray<12> kNat64{0, 0x64, 0xff, 0x9b};

struct V4Block {
  std::uint32_t network;
  int bits;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

// IANA's special-purpose registry for IPv4, and multicast and the reserved rest.
constexpr V4Block kSpecialV4[] = {
    {v4(0, 0, 0, 0), 8},      {v4(10, 0, 0, 0), 8},     {v4(100, 64, 0, 0), 10},
    {v4(127, 0, 0, 0), 8},    {v4(169, 254, 0, 0), 16}, {v4(172, 16, 0, 0), 12},
    {v4(192, 0, 0, 0), 24},   {v4(192, 0, 2, 0), 24},   {v4(192, 88, 99, 0), 24},
    {v4(192, 168, 0, 0), 16}, {v4(198, 18, 0, 0), 15},  {v4(198, 51, 100, 0), 24},
    {v4(203, 0, 113, 0), 24}, {v4(224, 0, 0, 0), 4},    {v4(240, 0, 0, 0), 4},
};

std::uint32_t word_at(const ByteArray<16>& octets, std::size_t at) {
  return v4(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]);
}

bool is_special_v4(std::uint32_t address) {
  return std::any_of(std::begin(kSpecialV4), std::end(kSpecialV4), [&](const V4Block& block) {
    return (address >> (32 - block.bits)) == (block.network >> (32 - block.bits));
  });
}

bool has_prefix(const IpAddress& address, ByteView prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.octets.begin());
}

std::string dotted(const IpAddress& address) {
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &address.octets[12], text, sizeof text);
  return text;
}

}  // namespace

bool IpAddress::is_v4() const {
  return has_prefix(*this, kMapped);
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  const std::string terminated(text);
  IpAddress address;
  if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
  if (inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) == 1) return address;
  if (inet_pton(AF_INET, terminated.c_str(), &address.octets[12]) != 1) return std::nullopt;
  std::copy(kMapped.begin(), kMapped.end(), address.octets.begin());
  return address;
}

std::optional<IpAddress> ip_of(const sockaddr& address) {
  IpAddress ip;
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    std::copy(kMapped.begin(), kMapped.end(), ip.octets.begin());
    std::memcpy(&ip.octets[12], &in.sin_addr, 4);
    return ip;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 in{};
  std::memcpy(&in, &address, sizeof in);
  std::memcpy(ip.octets.data(), &in.sin6_addr, 16);
  return ip;
}

std::string encode_ip(const IpAddress& address) {
  if (address.is_v4()) return dotted(address);
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, address.octets.data(), text, sizeof text);
  return text;
}

std::string source_of(const IpAddress& address) {
  if (address.is_v4() || has_prefix(address, kNat64)) return dotted(address);
  IpAddress network = address;
  std::fill(network.octets.begin() + 8, network.octets.end(), std::uint8_t{0});
  return encode_ip(network) + "/64";
}

bool is_loopback(const IpAddress& address) {
  if (address.is_v4()) return address.octets[12] == 127;
  IpAddress one;
  one.octets[15] = 1;
  return address == one;
}

bool is_special(const IpAddress& address) {
  const ByteArray<16>& o = address.octets;
  if (address.is_v4() || has_prefix(address, kNat64)) return is_special_v4(word_at(o, 12));
  if (o[0] == 0x20 && o[1] == 0x02) return is_special_v4(word_at(o, 2));  // 6to4
  // Only 2000::/3 is given out to hosts; of it Teredo and the IETF block 2001::/23, documentation
  // 2001:db8::/32 and 3fff::/20 are not.
  if ((o[0] & 0xe0) != 0x20) return true;
  if (o[0] == 0x20 && o[1] == 0x01) {
    return (o[2] & 0xfe) == 0 || (o[2] == 0x0d && o[3] == 0xb8);
  }
  return o[0] == 0x3f && o[1] == 0xff && (o[2] & 0xf0) == 0;
}

std::optional<IpRange> parse_ip_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto network = parse_ip(text.substr(0, slash));
  if (!network) return std::nullopt;
  IpRange range{*network, 128};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    int bits = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const int most = network->is_v4() ? 32 : 128;
    const bool good = fault == std::errc() && end == digits.data() + digits.size() && bits >= 0 &&
                      bits <= most && (digits.size() == 1 || digits.front() != '0');
    if (!good) return std::nullopt;
    range.bits = bits + 128 - most;
  }
  for (std::size_t bit = static_cast<std::size_t>(range.bits); bit < 128; ++bit) {
    if ((network->octets[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return range;
}

bool contains(const IpRange& range, const IpAddress& address) {
  const auto whole = static_cast<std::size_t>(range.bits / 8);
  const int rest = range.bits % 8;
  const auto& network = range.network.octets;
  if (!std::equal(network.begin(), network.begin() + range.bits / 8, address.octets.begin())) {
    return false;
  }
  return rest == 0 || (network[whole] ^ address.octets[whole]) >> (8 - rest) == 0;
}

}  // namespace keyferry::net
