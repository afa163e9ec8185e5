// The few things a caller needs to know about an https URL.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::codec {

struct WebUrl {
  std::string origin;  // "https://host:port", lower case, default port left out
  std::string host;    // "auth.example", "[2001:db8::1]"
  std::string path;    // "" or begins with '/', without query
  std::string query;   // without '?'
};

// parse_web_url reads an absolute URL (RFC 3986, at most 2048 octets; path and query as they
// stand): https with any host, http only to this machine ("localhost", 127.0.0.0/8, [::1]). A host
// is a name of letters, digits, '-' and '.', an IPv4 address or an IPv6 address in brackets without
// zone; a port is 1…65535. Errors: invalid (anything else; user information; a fragment).
Result<WebUrl> parse_web_url(std::string_view text);

}  // namespace keyferry::codec
