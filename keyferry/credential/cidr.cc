// Networks as a prefix of bits.
#include "keyferry/credential/cidr.h"

#include <charconv>
#include <optional>

#include <arpa/inet.h>

#include "keyferry/base/bytes.h"
#include "keyferry/codec/text.h"

namespace keyferry::credential {
namespace {

struct Network {
  int family = AF_INET;
  ByteArray<16> address{};
  unsigned prefix = 0;

  unsigned bits() const { return family == AF_INET ? 32 : 128; }
};

// bit returns bit `i` of an address, the first on the wire being 0.
bool bit(const ByteArray<16>& address, unsigned i) {
  return (address[i / 8] >> (7 - i % 8) & 1) != 0;
}

std::optional<unsigned> read_prefix(std::string_view text, unsigned most) {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || leading_zero || prefix > most) {
    return std::nullopt;
  }
  return prefix;
}

std::string encode_address(const Network& network) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(network.family, network.address.data(), text, sizeof(text));
  return text;
}

std::optional<Network> read(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  if (address.find('\0') != std::string::npos) return std::nullopt;
  Network network;
  if (address.find(':') != std::string::npos) network.family = AF_INET6;
  if (inet_pton(network.family, address.c_str(), network.address.data()) != 1) return std::nullopt;
  network.prefix = network.bits();
  if (slash != std::string_view::npos) {
    const std::optional<unsigned> prefix = read_prefix(text.substr(slash + 1), network.bits());
    if (!prefix) return std::nullopt;
    network.prefix = *prefix;
  }
  const bool mixed = network.family == AF_INET6 &&
                     (address + encode_address(network)).find('.') != std::string::npos;
  if (mixed) return std::nullopt;
  for (unsigned i = network.prefix; i < network.bits(); ++i) {
    if (bit(network.address, i)) return std::nullopt;
  }
  return network;
}

}  // namespace

Result<std::string> parse_cidr(std::string_view text) {
  const std::optional<Network> network = read(text);
  if (!network) {
    return fail(Errc::invalid,
                codec::quote(text) +
                    " is no network: write it like 192.0.2.0/24 or 2001:db8::/32, with no bits "
                    "behind the prefix");
  }
  return encode_address(*network) + '/' + std::to_string(network->prefix);
}

bool cidr_contains(std::string_view outer, std::string_view inner) {
  const std::optional<Network> wide = read(outer);
  const std::optional<Network> narrow = read(inner);
  if (!wide || !narrow || wide->family != narrow->family || wide->prefix > narrow->prefix) {
    return false;
  }
  for (unsigned i = 0; i < wide->prefix; ++i) {
    if (bit(wide->address, i) != bit(narrow->address, i)) return false;
  }
  return true;
}

}  // namespace keyferry::credential
