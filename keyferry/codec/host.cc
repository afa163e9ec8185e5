#include "keyferry/codec/host.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>

#include "keyferry/codec/text.h"

namespace keyferry::codec {
namespace {

constexpr std::size_t kMostName = 253;
constexpr std::size_t kMostLabel = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// canonical reads an address by inet_pton and writes it by inet_ntop.
std::optional<std::string> canonical(int family, std::string_view text) {
  std::array<unsigned char, 16> octets{};
  std::array<char, INET6_ADDRSTRLEN> written{};
  const std::string terminated(text);
  if (terminated.find('\0') != terminated.npos) return std::nullopt;
  if (inet_pton(family, terminated.c_str(), octets.data()) != 1) return std::nullopt;
  inet_ntop(family, octets.data(), written.data(), written.size());
  return written.data();
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMostLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return is_letter_or_digit(c) || c == '-';
         });
}

bool is_name(std::string_view text) {
  if (text.size() > kMostName) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// What inet_aton would take for an address: its last part is a number, decimal or hexadecimal.
bool ends_in_number(std::string_view text) {
  std::string_view last = text.substr(text.rfind('.') + 1);
  if (!last.empty() && std::all_of(last.begin(), last.end(), is_digit)) return true;
  if (!last.starts_with("0x") && !last.starts_with("0X")) return false;
  last.remove_prefix(2);
  return std::all_of(last.begin(), last.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

Error no_host(std::string_view text, std::string_view why) {
  return fail(Errc::invalid, quote(text) + std::string(why));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  if (!whole || port == 0 || text.size() > 5) return std::nullopt;
  return port;
}

}  // namespace

bool Host::is_loopback() const {
  if (kind == Kind::name) return text == "localhost";
  return kind == Kind::ipv4 ? text.starts_with("127.") : text == "::1";
}

Result<Host> parse_host(std::string_view text) {
  if (text.find(':') != text.npos) {
    if (auto address = canonical(AF_INET6, text)) return Host{Host::Kind::ipv6, *address};
    return no_host(text, " is no IPv6 address");
  }
  if (auto address = canonical(AF_INET, text)) return Host{Host::Kind::ipv4, *address};
  if (ends_in_number(text)) {
    return no_host(text,
                   " is no IPv4 address: it has four decimal numbers without leading zeros, like "
                   "10.0.0.5");
  }
  if (is_name(text)) return Host{Host::Kind::name, lower(text)};
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  return no_host(text, ascii ? " is neither a host name nor an IP address"
                             : " is no host name: other letters than a to z are written as xn--…");
}

std::string HostPort::encode() const {
  std::string text = host.kind == Host::Kind::ipv6 ? "[" + host.text + "]" : host.text;
  if (port) text += ":" + std::to_string(*port);
  return text;
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto colons = std::count(text.begin(), text.end(), ':');
  std::string_view host = text;
  std::optional<std::string_view> port;
  const bool brackets = text.starts_with('[');
  if (brackets) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return no_host(text, " has no ] behind its IPv6 address");
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return no_host(text, " has something behind the ]");
    if (!rest.empty()) port = rest.substr(1);
  } else if (colons == 1) {
    host = text.substr(0, text.find(':'));
    port = text.substr(host.size() + 1);
  }
  HostPort read;
  KF_TRY(read.host, parse_host(host));
  if (brackets && read.host.kind != Host::Kind::ipv6) {
    return no_host(text, ": brackets are for IPv6 addresses alone");
  }
  if (!port) return read;
  read.port = parse_port(*port);
  if (!read.port) return no_host(text, ": the port must be a number from 1 to 65535");
  return read;
}

}  // namespace keyferry::codec
