// The generic cell rate algorithm: of each source one instant is kept, by when its events so far
// would be spread evenly.
#include "keyferry/http/rate_limit.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "keyferry/http/problem.h"

namespace keyferry::http {
namespace {

using Micros = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Micros>;
}  // namespace

struct RateLimit::State {
  struct Source {
    std::string name;
    Instant spread_until;
  };

  double most;  // events a period; 0: no limit
  Micros period;
  int longest_wait;  // periods
  std::size_t most_sources;
  std::mutex mutex;
  std::list<Source> sources;  // the latest in front
  std::unordered_map<std::string_view, std::list<Source>::iterator> by_name;

  Micros cost(double periods) const {
    return Micros(std::llround(periods * static_cast<double>(period.count())));
  }
  // Further ahead than this nothing is counted.
  Instant latest(Time now) const { return Instant(now) + (1 + longest_wait) * period; }

  Duration wait(const std::string& source, Time now, double weight) const {
    const auto found = by_name.find(source);
    if (most == 0 || found == by_name.end()) return Duration(0);
    const Instant allowed_at =
        spread_until(*found->second, now) + cost(std::min(weight / most, 1.0)) - period;
    return std::max(Duration(0), std::chrono::ceil<Duration>(allowed_at - Instant(now)));
  }

  void add(const std::string& source, Time now, double weight) {
    if (most == 0) return;
    const auto found = by_name.find(source);
    if (found == by_name.end()) {
      if (sources.size() >= most_sources) {
        by_name.erase(sources.back().name);
        sources.pop_back();
      }
      sources.push_front({source, Instant(now)});
      by_name.emplace(sources.front().name, sources.begin());
    } else {
      sources.splice(sources.begin(), sources, found->second);
    }
    Source& front = sources.front();
    const double periods = std::min(weight / most, 1.0 + longest_wait);
    front.spread_until =
        std::min(std::max(spread_until(front, now), Instant(now)) + cost(periods), latest(now));
  }

  // Further ahead than add ever goes: the clock was set back, and nobody is to wait for hours.
  Instant spread_until(const Source& source, Time now) const {
    return source.spread_until > latest(now) ? Instant(now) : source.spread_until;
  }
};

RateLimit::RateLimit(std::int64_t most, std::size_t most_sources, Duration period, int longest_wait)
    : state_(std::make_unique<State>()) {
  state_->most = static_cast<double>(std::max<std::int64_t>(most, 0));
  state_->period = period;
  state_->longest_wait = longest_wait;
  state_->most_sources = std::max<std::size_t>(most_sources, 1);
}

RateLimit::~RateLimit() = default;

std::optional<Duration> RateLimit::wait_of(const std::string& source, Time now) const {
  const std::lock_guard lock(state_->mutex);
  const Duration wait = state_->wait(source, now, 1);
  return wait > Duration(0) ? std::optional(wait) : std::nullopt;
}

void RateLimit::count(const std::string& source, Time now, double weight) {
  const std::lock_guard lock(state_->mutex);
  state_->add(source, now, weight);
}

std::optional<Duration> RateLimit::take(const std::string& source, Time now, double weight) {
  const std::lock_guard lock(state_->mutex);
  const Duration wait = state_->wait(source, now, weight);
  if (wait > Duration(0)) return wait;
  state_->add(source, now, std::min(weight, state_->most));
  return std::nullopt;
}

Response too_many(Duration wait, std::string detail) {
  Response response = problem(fail(Errc::too_many, std::move(detail)));
  const auto seconds =
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  response.headers.add("Retry-After", std::to_string(seconds));
  return response;
}

}  // namespace keyferry::http
