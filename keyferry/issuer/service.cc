#include "keyferry/issuer/service.h"

#include <algorithm>

#include "keyferry/ledger/housekeeping.h"
#include "keyferry/ledger/settings.h"
#include "keyferry/net/log.h"
#include "keyferry/net/problem.h"

namespace keyferry::issuer {
namespace {

// What is due is written down when it is due; this is only how often it is looked at at least.
constexpr Duration kHouseEvery = std::chrono::minutes(1);

// Holders times kinds of calls that are counted at once: 20 MB at most.
constexpr std::size_t kMostCounted = 131'072;

bool concerns_lists(const ledger::Change& change) {
  return change.event == "revoked" || change.event == "dropped";
}

}  // namespace

Service::Service(Settings settings, Keys keys, std::unique_ptr<ledger::Ledger> ledger,
                 const Clock& clock, int threads)
    : settings_(std::move(settings)),
      keys_(std::move(keys)),
      ledger_(std::move(ledger)),
      clock_(clock),
      lists_(settings_, keys_, *ledger_),
      failures_(settings_.failures_per_minute),
      calls_(settings_.calls_per_minute, kMostCounted),
      workers_(std::make_unique<net::WorkerPool>(threads)) {}

Service::~Service() {
  workers_.reset();
}

Result<Done> Service::begin(notify::Waiters::After after) {
  KF_TRY(auto unmerged,
         ledger_->transact(
             [](sql::Database& db) { return ledger::number_setting(db, ledger::kUnmerged, 0); },
             ledger::Space::none));
  if (unmerged != 0) {
    return fail(Errc::unavailable,
                "this ledger was restored and may have forgotten revocations; run "
                "keyferry-authority restore --merge FILE with a verifier's newest list first");
  }
  after_ = std::move(after);
  waiters_ = std::make_unique<notify::Waiters>(after_);
  KF_TRY(lists_.publish(true, now()));
  KF_TRY(ledger_->observe([this](const auto& changes) { observe(changes); }));
  keep_house();
  return Done{};
}

void Service::finish() {
  if (waiters_) waiters_->shut_down();
}

ledger::Gate Service::gate(std::string_view call) {
  return [this, call](const authority::ShareId& share) {
    return calls_.take(std::string(call) + " " + share.text(), now());
  };
}

void Service::post(net::Reply reply, std::function<void()> work, net::Lane lane) {
  if (workers_->post(std::move(work), lane)) return;
  net::Response busy = net::problem(fail(Errc::unavailable, "the authority is busy; try again"));
  busy.headers.set("Retry-After", "1");
  reply(std::move(busy));
}

// Lists are built on the thread that made the change, before its answer leaves: whoever is told
// that a share is revoked finds it on the list.
void Service::observe(const std::vector<ledger::Change>& changes) {
  if (std::ranges::any_of(changes, concerns_lists)) {
    auto published = lists_.publish(false, now());
    if (!published) {
      net::log_event(net::LogLevel::error, "list_not_published",
                     {{"detail", published.error().detail}});
    }
    waiters_->wake("lists");
  }
  for (const auto& change : changes) {
    if (!change.share.empty()) waiters_->wake("share:" + change.share);
  }
}

void Service::keep_house() {
  const bool posted = workers_->post(
      [this] {
        auto next = ledger::keep_house(*ledger_, now());
        Duration pause = kHouseEvery;
        if (!next) {
          net::log_event(net::LogLevel::error, "housekeeping_failed",
                         {{"detail", next.error().detail}});
        } else if (*next) {
          pause = std::clamp<Duration>(**next - now(), std::chrono::milliseconds(10), kHouseEvery);
        }
        if (ledger_->short_of_space()) net::log_event(net::LogLevel::warning, "short_of_space");
        if (lists_.due(now())) {
          auto published = lists_.publish(true, now());
          if (published) waiters_->wake("lists");
        }
        after_(pause, [this] { keep_house(); });
      },
      net::Lane::first);
  if (!posted) after_(kHouseEvery, [this] { keep_house(); });
}

}  // namespace keyferry::issuer
