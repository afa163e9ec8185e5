// The relay: everything the endpoints share.
#pragma once

#include <memory>
#include <mutex>

#include "keyferry/base/clock.h"
#include "keyferry/net/http.h"
#include "keyferry/net/rate_limit.h"
#include "keyferry/relay/metrics.h"
#include "keyferry/relay/secret_ring.h"
#include "keyferry/relay/settings.h"
#include "keyferry/store/store.h"

namespace keyferry::relay {

// RateLimits count per source what is refused when overdone.
struct RateLimits {
  explicit RateLimits(const Settings& settings)
      : misses(settings.misses_per_minute), creates(settings.creates_per_minute) {}
  net::RateLimit misses;
  net::RateLimit creates;
};

// Current is what a call goes by from its beginning to its end, whatever is reloaded meanwhile.
struct Current {
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<RateLimits> limits;
};

// Relay is made once and outlives every call. Thread-safe; settings may be replaced while it
// serves.
class Relay {
 public:
  Relay(store::Store& store, const SecretRing& secrets, const Clock& clock, Metrics& metrics,
        Settings settings);

  store::Store& store;
  const SecretRing& secrets;
  const Clock& clock;
  Metrics& metrics;

  Current current() const;
  // replace_settings also forgets what the rate limits have counted.
  void replace_settings(Settings settings);

  // serve answers one request (net::Handler).
  void serve(net::Request request, net::Reply reply);

 private:
  mutable std::mutex mutex_;
  Current current_;
};

}  // namespace keyferry::relay
