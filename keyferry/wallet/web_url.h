// The few things a wallet needs to know about an https URL.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::wallet {

struct WebUrl {
  std::string origin;  // "https://host:port", lower case, default port left out
  std::string host;    // "auth.example", "[2001:db8::1]"
  std::string path;    // "" or begins with '/', without query
  std::string query;   // without '?'
};

// parse_web_url reads an absolute https URL (http only for a loopback address literal, which the
// HTTP client refuses unless local addresses are allowed). Errors: invalid (another scheme, user
// information, fragment, blanks, control characters, no host).
Result<WebUrl> parse_web_url(std::string_view text);

}  // namespace keyferry::wallet
