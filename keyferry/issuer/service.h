// The authority's HTTP API: everything that its endpoints share, and the way in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/issuer/failures.h"
#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/list_publisher.h"
#include "keyferry/issuer/settings.h"
#include "keyferry/ledger/ledger.h"
#include "keyferry/net/http.h"
#include "keyferry/net/worker_pool.h"
#include "keyferry/notify/waiters.h"

namespace keyferry::issuer {

// Service is safe from any thread. What it is made from outlives it.
class Service {
 public:
  // `after` runs a task later (HttpServer::after).
  Service(Settings settings, Keys keys, std::unique_ptr<ledger::Ledger> ledger, const Clock& clock,
          int threads);
  ~Service();

  // begin publishes the lists and starts to watch the ledger for changes. Before it, nothing is
  // served. Errors: those of the ledger; unavailable after a restore that was not merged yet.
  Result<Done> begin(notify::Waiters::After after);
  // finish wakes every waiting call, for a drain.
  void finish();

  // serve answers one request of the API; it does not block.
  void serve(net::Request request, net::Reply reply);

  const Settings& settings() const { return settings_; }
  const Keys& keys() const { return keys_; }
  ledger::Ledger& ledger() { return *ledger_; }
  ListPublisher& lists() { return lists_; }
  notify::Waiters& waiters() { return *waiters_; }
  FailureLimit& failures() { return failures_; }
  Time now() const { return clock_.now(); }

  // post runs blocking work on a worker; a full queue answers 503.
  void post(net::Reply reply, std::function<void()> work);

 private:
  void observe(const std::vector<ledger::Change>& changes);
  void keep_house();

  const Settings settings_;
  const Keys keys_;
  std::unique_ptr<ledger::Ledger> ledger_;
  const Clock& clock_;
  ListPublisher lists_;
  FailureLimit failures_;
  notify::Waiters::After after_;
  std::unique_ptr<notify::Waiters> waiters_;
  std::unique_ptr<net::WorkerPool> workers_;  // last: its threads use all of the above
};

}  // namespace keyferry::issuer
