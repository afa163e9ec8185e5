// The relay: everything the endpoints share.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "keyferry/base/clock.h"
#include "keyferry/http/http.h"
#include "keyferry/http/rate_limit.h"
#include "keyferry/net/source_slots.h"
#include "keyferry/notify/waiters.h"
#include "keyferry/notify/webhook.h"
#include "keyferry/relay/metrics.h"
#include "keyferry/relay/secret_ring.h"
#include "keyferry/relay/settings.h"
#include "keyferry/store/store.h"

namespace keyferry::relay {

// RateLimits count per source what is refused when overdone.
struct RateLimits {
  explicit RateLimits(const Settings& settings)
      : misses(settings.misses_per_minute),
        creates(settings.creates_per_minute),
        octets(settings.octets_per_source, kSources, std::chrono::hours(24), kDays) {}
  static constexpr int kDays = 30;
  static constexpr std::size_t kSources = 65'536;
  http::RateLimit misses;
  http::RateLimit creates;
  http::RateLimit octets;
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
  // The driver of tokens of the type "webhook"; nullptr: none, so that no push is supported. Set
  // before the first call, and outlives the last.
  notify::Webhooks* webhooks = nullptr;
  // The calls of each source that wait (settings.waits_per_source).
  net::SourceSlots waits;

  Current current() const;
  // replace_settings also forgets what the rate limits have counted.
  void replace_settings(Settings settings);

  // begin lets calls wait; until then and after finish a call that would wait is answered at once.
  // `after` runs a task later (HttpServer::after).
  void begin(notify::Waiters::After after);
  // finish answers every waiting call, for a drain.
  void finish();

  // wait calls `woken` once, from an I/O thread: after the next change of the cell of `key`, or
  // when `most` has passed, or at finish. Nothing, and `woken` is never called, if nobody may wait.
  // Otherwise it is the waiter's name for wake_one.
  std::optional<std::uint64_t> wait(const store::CellKey& key, Duration most,
                                    std::function<void()> woken);
  // wake_one lets this waiter go on, if it still waits.
  void wake_one(std::uint64_t waiter);
  // wake is for whoever has changed the cell of `key`.
  void wake(const store::CellKey& key);
  std::size_t waiting() const;

  // note_failure counts a failure of the store, and logs at most one a second.
  void note_failure(const Error& error);

  // serve answers one request (http::Handler).
  void serve(http::Request request, http::Reply reply);

 private:
  std::shared_ptr<notify::Waiters> current_waiters() const;

  // When the last failure was logged, in steady seconds.
  std::atomic<std::int64_t> failure_logged_ = 0;

  mutable std::mutex mutex_;
  Current current_;
  std::shared_ptr<notify::Waiters> waiters_;  // none before begin
  notify::Waiters::After after_;
};

}  // namespace keyferry::relay
