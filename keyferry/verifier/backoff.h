// How long to rest before the next attempt: never a fast timer, never all verifiers at once, and
// never so long that a revoke after the authority's return would wait for us. Pure.
#pragma once

#include "keyferry/base/clock.h"

namespace keyferry::verifier {

// Backoff doubles from 250 ms to 1 s with each failure: with a second for the question, the list
// and the file, a revoke bites within 2 s.
class Backoff {
 public:
  // next returns the pause before the next attempt: of the full step, between a half and all, by
  // `random` (uniform over 0 … 2^32 - 1).
  Duration next(std::uint32_t random);
  // reset begins anew: something worked.
  void reset() { step_ = kFirst; }

  static constexpr Duration kFirst{250};
  static constexpr Duration kMost{1'000};

 private:
  Duration step_ = kFirst;
};

}  // namespace keyferry::verifier
