// What authority.toml settles about the API.
#pragma once

#include <string>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/http/forwarded.h"
#include "keyferry/ledger/offer.h"

namespace keyferry::issuer {

struct Settings {
  std::string url;  // [public].url: the issuer identifier, octet for octet, without a last '/'
  std::vector<std::string> relays;                         // [metadata].relays
  Duration max_certificate_life = std::chrono::hours(24);  // [ssh].max_certificate_life
  std::string open_sessions = "continue";                  // or "ended-by-hook"
  Duration list_life = std::chrono::hours(24);             // [revocation].list_life
  int failures_per_minute = 60;                            // [limits], per source
  ledger::ShareLimits share_limits;                        // [limits]
  int calls_per_minute = 120;         // [limits], of one holder and one kind of call; 0: no limit
  std::size_t waits_per_holder = 64;  // [limits], at once; 0: no limit
  std::size_t waits_per_source = 2500;
  http::TrustedProxies trusted_proxies;  // [listen]: their X-Forwarded-For names the source
};

}  // namespace keyferry::issuer
