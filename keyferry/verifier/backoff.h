// How long to wait before the next attempt: never a fast timer, never all verifiers at once. Pure.
#pragma once

#include "keyferry/base/clock.h"

namespace keyferry::verifier {

// Backoff doubles from 1 s to 30 s with each failure.
class Backoff {
 public:
  // next returns the pause before the next attempt: of the full step, between a half and all, by
  // `random` (uniform over 0 … 2^32 - 1).
  Duration next(std::uint32_t random);
  // reset begins at 1 s again: something worked.
  void reset() { step_ = kFirst; }

  static constexpr Duration kFirst{1'000};
  static constexpr Duration kMost{30'000};

 private:
  Duration step_ = kFirst;
};

}  // namespace keyferry::verifier
