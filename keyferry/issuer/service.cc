// What the service does by itself is a task that asks for the next one when it ends, so none runs
// beside itself.
#include "keyferry/issuer/service.h"

#include <algorithm>

#include "keyferry/http/problem.h"
#include "keyferry/ledger/housekeeping.h"
#include "keyferry/ledger/settings.h"
#include "keyferry/process/log.h"

namespace keyferry::issuer {
namespace {

// What is due is written down when it is due; this is only how often it is looked at at least.
constexpr Duration kHouseEvery = std::chrono::minutes(1);

// Holders times kinds of calls that are counted at once: 20 MB at most.
constexpr std::size_t kMostCounted = 131'072;
// A list that could not be built is tried again soon: what it says is promised already.
constexpr Duration kPublishAgain = std::chrono::seconds(1);

// How much waits for a worker. A body of 64 KiB waits with a usual call, nothing with a revoke.
constexpr process::Room kUsualRoom{4096, 2048, 2048};
constexpr process::Room kFirstRoom{16'384, 1024, 64};
const process::Owner kHouse{"housekeeping", {}};

bool concerns_lists(const ledger::Change& change) {
  return change.event == "revoked" || change.event == "dropped";
}

bool concerns_verifiers(const ledger::Change& change) {
  return change.event.starts_with("verifier_");
}

void log_failure(std::string_view event, const Error& error) {
  process::log_event(process::LogLevel::error, event, {{"detail", error.detail}});
}

// counted names calls of one kind by one holder.
std::string counted(std::string_view call, const authority::ShareId& holder) {
  return std::string(call) + " " + holder.text();
}

}  // namespace

Service::Service(Settings settings, Keys keys, std::unique_ptr<ledger::Ledger> ledger,
                 const Clock& clock, int threads)
    : settings_(std::move(settings)),
      keys_(std::move(keys)),
      ledger_(std::move(ledger)),
      clock_(clock),
      lists_(settings_, keys_, *ledger_),
      acks_(settings_.url, *ledger_),
      failures_(settings_.failures_per_minute),
      calls_(settings_.calls_per_minute, kMostCounted),
      workers_(std::make_unique<process::WorkerPool>(threads)) {}

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
  KF_TRY(acks_.load());
  KF_TRY(lists_.publish(true, now()));
  KF_TRY(ledger_->observe([this](const auto& changes) { observe(changes); }));
  keep_house();
  return Done{};
}

void Service::finish() {
  if (waiters_) waiters_->shut_down();
  if (auto written = acks_.write_down(); !written) log_failure("acks_lost", written.error());
}

ledger::Gate Service::gate(std::string_view call) {
  return [this, call](const authority::ShareId& share) {
    return calls_.take(counted(call, share), now());
  };
}

std::optional<Duration> Service::held_up_for(std::string_view call,
                                             const authority::ShareId& holder) const {
  return calls_.wait_of(counted(call, holder), now());
}

std::string retry_after(std::chrono::nanoseconds delay) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(delay).count();
  return std::to_string(std::clamp<std::int64_t>(seconds, 1, kMostRetry));
}

void Service::post(http::Reply reply, std::function<void()> work, process::Lane lane,
                   const process::Owner& owner) {
  const process::Room& room = lane == process::Lane::first ? kFirstRoom : kUsualRoom;
  if (workers_->post(std::move(work), lane, owner, room)) return;
  http::Response busy = http::problem(fail(Errc::unavailable, "the authority is busy; try again"));
  busy.headers.set("Retry-After", retry_after(workers_->delay(lane)));
  reply(std::move(busy));
}

bool Service::post_woken(std::function<void()> work) {
  return workers_->post(std::move(work), process::Lane::woken);
}

std::string Service::source_of(const http::Request& request) const {
  return http::counted_source(request, settings_.trusted_proxies);
}

// Lists are built on the thread that made the change, before its answer leaves: whoever is told
// that a share is revoked finds it on the list.
void Service::observe(const std::vector<ledger::Change>& changes) {
  if (std::ranges::any_of(changes, concerns_lists)) publish_lists();
  if (std::ranges::any_of(changes, concerns_verifiers)) {
    if (auto loaded = acks_.load(); !loaded) log_failure("verifiers_not_read", loaded.error());
  }
  for (const auto& change : changes) {
    if (!change.share.empty()) waiters_->wake("share:" + change.share);
  }
}

void Service::publish_lists() {
  auto published = lists_.publish(false, now());
  if (!published) {
    log_failure("list_not_published", published.error());
    publish_again_soon();
  }
  waiters_->wake(std::string(kListsTopic));
}

void Service::publish_again_soon() {
  if (publishing_again_.exchange(true)) return;
  after_(kPublishAgain, [this] {
    publishing_again_ = false;
    const auto publish = [this] { publish_lists(); };
    if (!workers_->post(publish, process::Lane::first, kHouse)) publish_again_soon();
  });
}

// What is due comes in bursts; what verifiers say needs no more than a transaction a minute.
void Service::write_down_acks() {
  const auto now = std::chrono::steady_clock::now();
  if (now - acks_written_ < kHouseEvery) return;
  acks_written_ = now;
  if (auto written = acks_.write_down(); !written) {
    log_failure("housekeeping_failed", written.error());
  }
}

void Service::keep_house() {
  const bool posted = workers_->post(
      [this] {
        auto next = ledger::keep_house(*ledger_, now());
        Duration pause = kHouseEvery;
        if (!next) {
          process::log_event(process::LogLevel::error, "housekeeping_failed",
                             {{"detail", next.error().detail}});
        } else if (*next) {
          pause = std::clamp<Duration>(**next - now(), std::chrono::milliseconds(10), kHouseEvery);
        }
        if (ledger_->short_of_space())
          process::log_event(process::LogLevel::warning, "short_of_space");
        write_down_acks();
        if (lists_.due(now())) {
          auto published = lists_.publish(true, now());
          if (published) waiters_->wake(std::string(kListsTopic));
        }
        after_(pause, [this] { keep_house(); });
      },
      process::Lane::first, kHouse);
  if (!posted) after_(kHouseEvery, [this] { keep_house(); });
}

}  // namespace keyferry::issuer
