// Which address a request counts against.
#pragma once

#include <string>
#include <vector>

#include "keyferry/net/http.h"

namespace keyferry::relay {

// source_of is request.source, unless that is one of `trusted_proxies`: then it is the last entry
// of X-Forwarded-For that is not a trusted proxy itself. What an untrusted client claims is
// ignored.
std::string source_of(const net::Request& request, const std::vector<std::string>& trusted_proxies);

}  // namespace keyferry::relay
