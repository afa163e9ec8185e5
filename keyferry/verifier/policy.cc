#include "keyferry/verifier/policy.h"

#include <algorithm>

#include "keyferry/codec/rfc3339.h"

namespace keyferry::verifier {

using namespace std::chrono_literals;

Result<OnUnreachable> parse_on_unreachable(std::string_view text) {
  using enum OnUnreachable::Kind;
  constexpr std::string_view kLastGood = "last-good:";
  if (text == "closed") return OnUnreachable{closed, 0ms};
  if (text == "open") return OnUnreachable{open, 0ms};
  if (text.starts_with(kLastGood)) {
    KF_TRY(auto limit, codec::parse_duration(text.substr(kLastGood.size())));
    return OnUnreachable{last_good, limit};
  }
  return fail(Errc::invalid,
              "must be closed, last-good:DURATION (for example last-good:24h) or open");
}

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::following:
      return "following";
    case Mode::last_good:
      return "last-good";
    case Mode::closed:
      return "closed";
    case Mode::open:
      return "open";
  }
  return "closed";
}

Mode mode_in_force(const OnUnreachable& policy, const Standing& standing, Duration noticed_within) {
  using enum OnUnreachable::Kind;
  const auto older_than = [&](Duration limit) { return !standing.age || *standing.age > limit; };
  switch (policy.kind) {
    case open:
      return standing.failing ? Mode::open : Mode::following;
    case last_good:
      if (older_than(policy.limit)) return Mode::closed;
      return standing.failing ? Mode::last_good : Mode::following;
    case closed:
      return standing.failing || older_than(noticed_within) ? Mode::closed : Mode::following;
  }
  return Mode::closed;
}

Duration alarm_limit(const OnUnreachable& policy) {
  switch (policy.kind) {
    case OnUnreachable::Kind::last_good:
      return policy.limit;
    case OnUnreachable::Kind::open:
      return 1h;
    case OnUnreachable::Kind::closed:
      break;
  }
  return 0ms;
}

std::optional<Duration> contact_age(Time by_wall, Time now, std::optional<Duration> by_steady) {
  const Duration wall = now - by_wall;
  if (by_steady) return std::max(*by_steady, wall);
  if (wall < -120s) return {};
  return std::max(wall, Duration(0));
}

}  // namespace keyferry::verifier
