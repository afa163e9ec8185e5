// The generic cell rate algorithm: of each source one instant is kept, by when its events so far
// would be spread evenly.
#include "keyferry/net/rate_limit.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "keyferry/net/problem.h"

namespace keyferry::net {
namespace {

using Micros = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Micros>;
constexpr Micros kMinute{60'000'000};

}  // namespace

struct RateLimit::State {
  struct Source {
    std::string name;
    Instant spread_until;
  };

  Micros step;  // zero: no limit
  std::size_t most;
  std::mutex mutex;
  std::list<Source> sources;  // the latest in front
  std::unordered_map<std::string_view, std::list<Source>::iterator> by_name;

  Duration wait(const std::string& source, Time now) const {
    const auto found = by_name.find(source);
    if (step == Micros(0) || found == by_name.end()) return Duration(0);
    const Instant allowed_at = spread_until(*found->second, now) + step - kMinute;
    return std::max(Duration(0), std::chrono::ceil<Duration>(allowed_at - Instant(now)));
  }

  void add(const std::string& source, Time now) {
    if (step == Micros(0)) return;
    const auto found = by_name.find(source);
    if (found == by_name.end()) {
      if (sources.size() >= most) {
        by_name.erase(sources.back().name);
        sources.pop_back();
      }
      sources.push_front({source, Instant(now)});
      by_name.emplace(sources.front().name, sources.begin());
    } else {
      sources.splice(sources.begin(), sources, found->second);
    }
    Source& front = sources.front();
    // Counting goes on above the limit, but never past one more minute of waiting.
    front.spread_until = std::min(std::max(spread_until(front, now), Instant(now)) + step,
                                  Instant(now) + 2 * kMinute);
  }

  // Further ahead than add ever goes: the clock was set back, and nobody is to wait for hours.
  static Instant spread_until(const Source& source, Time now) {
    return source.spread_until > Instant(now) + 2 * kMinute ? Instant(now) : source.spread_until;
  }
};

RateLimit::RateLimit(int per_minute, std::size_t most_sources) : state_(std::make_unique<State>()) {
  state_->step = per_minute > 0 ? kMinute / per_minute : Micros(0);
  state_->most = std::max<std::size_t>(most_sources, 1);
}

RateLimit::~RateLimit() = default;

std::optional<Duration> RateLimit::wait_of(const std::string& source, Time now) const {
  const std::lock_guard lock(state_->mutex);
  const Duration wait = state_->wait(source, now);
  return wait > Duration(0) ? std::optional(wait) : std::nullopt;
}

void RateLimit::count(const std::string& source, Time now) {
  const std::lock_guard lock(state_->mutex);
  state_->add(source, now);
}

std::optional<Duration> RateLimit::take(const std::string& source, Time now) {
  const std::lock_guard lock(state_->mutex);
  const Duration wait = state_->wait(source, now);
  if (wait > Duration(0)) return wait;
  state_->add(source, now);
  return std::nullopt;
}

Response too_many(Duration wait, std::string detail) {
  Response response = problem(fail(Errc::too_many, std::move(detail)));
  const auto seconds =
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  response.headers.add("Retry-After", std::to_string(seconds));
  return response;
}

}  // namespace keyferry::net
