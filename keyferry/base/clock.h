// Time is an argument: rules take a Time, and only the edge asks a Clock.
#pragma once

#include <chrono>

namespace keyferry {

// Time is an instant in UTC with millisecond precision (protocol texts carry whole seconds).
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

// Clock tells the time. Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

// SystemClock is the machine's wall clock.
class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
  }
};

inline std::int64_t unix_ms(Time t) {
  return t.time_since_epoch().count();
}
inline std::int64_t unix_seconds(Time t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
inline Time from_unix_ms(std::int64_t ms) {
  return Time(Duration(ms));
}
inline Time from_unix_seconds(std::int64_t s) {
  return Time(std::chrono::seconds(s));
}

}  // namespace keyferry
