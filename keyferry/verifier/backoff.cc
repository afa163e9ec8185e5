// Half of each step is certain, so no timer is fast; the other half is random, so verifiers that
// fail together do not return together.
#include "keyferry/verifier/backoff.h"

#include <algorithm>

namespace keyferry::verifier {

Duration Backoff::next(std::uint32_t random) {
  const std::int64_t half = step_.count() / 2;
  const std::int64_t jitter = (half * std::int64_t{random}) >> 32;
  step_ = std::min(step_ * 2, kMost);
  return Duration(half + jitter);
}

}  // namespace keyferry::verifier
