// Questions to a server that no client of ours would ever ask: for those who judge servers.
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/http/http.h"

namespace keyferry::http {

struct ProbeTarget {
  std::string url;  // https://HOST[:PORT][/BASE]
  Duration timeout{5'000};
};

// takes_old_tls says whether the server agrees to TLS 1.0 or 1.1, whatever its certificate. Errors:
// network (no TCP connection), invalid (URL).
Result<bool> takes_old_tls(const ProbeTarget& target);

// ask_plain sends `GET path` in the clear to the host of the URL at `port` (nothing: the URL's
// own). Nothing comes back if the connection was refused or broke off without an HTTP answer; of
// the body nothing is kept. Errors: invalid (URL).
Result<std::optional<Response>> ask_plain(const ProbeTarget& target, std::optional<int> port,
                                          const std::string& path);

// port_of is the port of the URL, 443 if it names none. Errors: invalid (URL).
Result<int> port_of(const ProbeTarget& target);

}  // namespace keyferry::http
