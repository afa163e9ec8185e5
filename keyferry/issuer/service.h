// The authority's HTTP API: everything that its endpoints share, and the way in.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/http/http.h"
#include "keyferry/http/rate_limit.h"
#include "keyferry/issuer/acks.h"
#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/list_publisher.h"
#include "keyferry/issuer/revocation.h"
#include "keyferry/issuer/settings.h"
#include "keyferry/ledger/gate.h"
#include "keyferry/ledger/ledger.h"
#include "keyferry/net/source_slots.h"
#include "keyferry/notify/waiters.h"
#include "keyferry/process/worker_pool.h"

namespace keyferry::issuer {

// Topics of waiters(): a new list, an acknowledgement. A share's is "share:" and its id.
inline constexpr std::string_view kListsTopic = "lists";
inline constexpr std::string_view kAcksTopic = "acks";

// retry_after is a Retry-After for who was refused, in whole seconds, rounded up: from 1 to
// kMostRetry.
inline constexpr std::int64_t kMostRetry = 60;
std::string retry_after(std::chrono::nanoseconds delay);

// Service is safe from any thread. What it is made from outlives it.
class Service {
 public:
  Service(Settings settings, Keys keys, std::unique_ptr<ledger::Ledger> ledger, const Clock& clock,
          int threads);
  ~Service();

  // begin publishes the lists and starts to watch the ledger for changes; only then may requests
  // come (routes.h). `after` runs a task later (HttpServer::after). Errors: those of the ledger;
  // unavailable after a restore that was not merged yet.
  Result<Done> begin(notify::Waiters::After after);
  // finish wakes every waiting call, for a drain, and writes down what verifiers said.
  void finish();

  const Settings& settings() const { return settings_; }
  const Keys& keys() const { return keys_; }
  ledger::Ledger& ledger() { return *ledger_; }
  ListPublisher& lists() { return lists_; }
  Acks& acks() { return acks_; }
  ListsInForce lists_in_force() const { return {&lists_, acks_}; }
  notify::Waiters& waiters() { return *waiters_; }
  // failures counts wrong codes, PINs and keys per http::counted_source. Above its limit a source
  // is told less (429), never refused more: right calls neither count nor are held up, so that many
  // users behind one address do not hinder one another. What ends guessing is the PIN's counter.
  http::RateLimit& failures() { return failures_; }
  // gate counts calls of the kind `call` ("renew") for each holder by itself. `call` lives for
  // ever.
  ledger::Gate gate(std::string_view call);
  // held_up_for says how long the gate would refuse one call more; nothing: it would not. Counts
  // nothing.
  std::optional<Duration> held_up_for(std::string_view call,
                                      const authority::ShareId& holder) const;
  // Calls that wait, of each holder ("holder ID") and each source of the public lists.
  net::SourceSlots& waits() { return waits_; }
  Time now() const { return clock_.now(); }

  // post runs blocking work on a worker; where there is no room for more of that owner it answers
  // 503 with Retry-After. Revokes and the administrator take Lane::first, so that they wait for
  // nobody's flood, and owners take turns.
  void post(http::Reply reply, std::function<void()> work, process::Lane lane,
            const process::Owner& owner);
  // post_woken runs work of a call that waits for a change, whose place is bounded elsewhere
  // (waits(), connections). False, and nothing runs: the service stops.
  bool post_woken(std::function<void()> work);
  // source_of is whom limits count `request` against (http::counted_source).
  std::string source_of(const http::Request& request) const;

 private:
  void observe(const std::vector<ledger::Change>& changes);
  void publish_lists();
  void publish_again_soon();
  void write_down_acks();
  void keep_house();

  const Settings settings_;
  const Keys keys_;
  std::unique_ptr<ledger::Ledger> ledger_;
  const Clock& clock_;
  ListPublisher lists_;
  Acks acks_;
  http::RateLimit failures_;
  http::RateLimit calls_;
  net::SourceSlots waits_;
  notify::Waiters::After after_;
  std::atomic<bool> publishing_again_ = false;
  std::chrono::steady_clock::time_point acks_written_;  // by the housekeeping alone
  std::unique_ptr<notify::Waiters> waiters_;
  std::unique_ptr<process::WorkerPool> workers_;  // last: its threads use all of the above
};

}  // namespace keyferry::issuer
