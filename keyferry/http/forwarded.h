// Whom a request counts against when a proxy of ours stands in front of the server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/http/http.h"
#include "keyferry/net/address.h"

namespace keyferry::http {

// TrustedProxies are the peers whose X-Forwarded-For is believed. None unless added.
class TrustedProxies {
 public:
  // add takes an address ("127.0.0.1", "::1"), a network ("10.0.0.0/8") or "unix" for whoever calls
  // by a unix socket. False, and nothing has changed, if it is none of these.
  bool add(std::string_view text);
  bool trusts(const net::IpAddress& address) const;
  // trusts_peer is about the other end of a connection; nothing is a unix socket.
  bool trusts_peer(const std::optional<net::IpAddress>& peer) const;

 private:
  std::vector<net::IpRange> ranges_;
  bool unix_sockets_ = false;
};

// counted_source is the source that limits count `request` against: request.source, unless the peer
// is trusted. Then the entries of all X-Forwarded-For headers are read from the last to the first,
// as addresses and not as text, and the first that is not trusted itself counts by source_of (IPv6
// by its /64, in whatever spelling). Where an entry is no address (a name, "unknown", one with a
// port), and where none is left, request.source counts: nothing before such an entry is any proxy's
// word. What an untrusted client claims is ignored.
std::string counted_source(const Request& request, const TrustedProxies& proxies);

}  // namespace keyferry::http
