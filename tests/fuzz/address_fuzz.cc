// Target: IP literals, hosts with ports, base URLs and the server's listen setting.
#include "keyferry/codec/host.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/net/address.h"
#include "keyferry/net/listener.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string_view text = text_of({data, size});
  if (const auto ip = net::parse_ip(text)) {
    require(net::parse_ip(net::encode_ip(*ip)) == *ip, "an address comes back");
    require(!net::is_loopback(*ip) || net::is_special(*ip), "loopback is no public address");
    require(!net::source_of(*ip).empty(), "every address has a source");
  }
  if (const auto host = codec::parse_host_port(text)) {
    const auto again = codec::parse_host_port(host->encode());
    require(again && again->encode() == host->encode(), "a host has one spelling");
    const auto ip = net::parse_ip(host->host.text);
    require(ip.has_value() == (host->host.kind != codec::Host::Kind::name),
            "names are no addresses");
  }
  if (const auto base = codec::parse_base_url(text)) {
    require(codec::parse_base_url(*base) == *base, "a base URL has one spelling");
  }
  if (const auto listen = net::parse_listen_address(text)) {
    require(listen->ip.has_value() == listen->path.empty(), "an address or a path");
  }
  return 0;
}
