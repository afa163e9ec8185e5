// The few things a caller needs to know about an https URL.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::codec {

struct WebUrl {
  std::string origin;  // "https://host:port", host in its one spelling, default port left out
  std::string host;    // "auth.example", "[2001:db8::1]"
  std::string path;    // "" or begins with '/', without query
  std::string query;   // without '?'
};

// parse_web_url reads an absolute URL (RFC 3986, at most 2048 octets; path and query as they
// stand): https with any host, http only to this machine ("localhost", 127.0.0.0/8, [::1]). Host
// and port are those of parse_host_port (host.h), IPv6 in brackets. Errors: invalid (anything else;
// user information; a fragment).
Result<WebUrl> parse_web_url(std::string_view text);

// parse_base_url reads the address that a server of ours is reached at, and returns its one
// spelling: origin and base path, without a slash at the end. The one rule for base paths, wherever
// they stand: is_base_path. Errors: invalid, also for a query.
Result<std::string> parse_base_url(std::string_view text);

// is_base_path: empty, or parts each behind a '/', not empty, not "." or "..", of letters, digits
// and -._~ (nothing that anybody on the way would encode or clean up).
bool is_base_path(std::string_view path);

}  // namespace keyferry::codec
