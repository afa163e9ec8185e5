// How much one source may do in a minute, or in another time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/http/http.h"

namespace keyferry::http {

// RateLimit counts events (misses, creates …) per source: `most` at once, then evenly that many a
// `period`. It remembers the `most_sources` that were seen last and forgets the others, so its
// memory is bounded (about 150 octets a source). What is counted above the limit has to be waited
// for, but no longer than `longest_wait` periods. Safe from any thread. A `most` of 0 limits
// nothing.
class RateLimit {
 public:
  explicit RateLimit(std::int64_t most, std::size_t most_sources = 65'536,
                     Duration period = std::chrono::minutes(1), int longest_wait = 1);
  ~RateLimit();

  // wait_of says how long `source` (Request::source) has to wait until one more event is allowed;
  // nothing if it is allowed now. Counts nothing.
  std::optional<Duration> wait_of(const std::string& source, Time now) const;
  // count adds one event, or as many as `weight` stands for.
  void count(const std::string& source, Time now, double weight = 1);
  // take is both in one step: counts if allowed, else says how long to wait. A weight of more than
  // `most` is as if it were `most`.
  std::optional<Duration> take(const std::string& source, Time now, double weight = 1);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// too_many is the 429 problem with Retry-After in whole seconds, rounded up.
Response too_many(Duration wait, std::string detail = "too many requests from this address");

}  // namespace keyferry::http
