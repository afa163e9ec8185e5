// How much one source may do in a minute.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/net/http.h"

namespace keyferry::net {

// RateLimit counts events (misses, creates …) per source: `per_minute` at once, then evenly that
// many a minute. It remembers the `most_sources` that were seen last and forgets the others, so its
// memory is bounded (about 150 octets a source). Safe from any thread. A `per_minute` of 0 limits
// nothing.
class RateLimit {
 public:
  explicit RateLimit(int per_minute, std::size_t most_sources = 65'536);
  ~RateLimit();

  // wait_of says how long `source` (Request::source) has to wait until one more event is allowed;
  // nothing if it is allowed now. Counts nothing.
  std::optional<Duration> wait_of(const std::string& source, Time now) const;
  // count adds one event.
  void count(const std::string& source, Time now);
  // take is both in one step: counts if allowed, else says how long to wait.
  std::optional<Duration> take(const std::string& source, Time now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// too_many is the 429 problem with Retry-After in whole seconds, rounded up.
Response too_many(Duration wait, std::string detail = "too many requests from this address");

}  // namespace keyferry::net
