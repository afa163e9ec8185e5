// How long a question may wait for news: as long as configured, unless something on the way (a
// proxy's read timeout) breaks it earlier. Pure.
#pragma once

#include "keyferry/base/clock.h"

namespace keyferry::verifier {

class WaitLength {
 public:
  // `most`: the configured wait, at least 1 s.
  explicit WaitLength(Duration most) : most_(most), now_(most) {}

  // now is the wait to ask for: whole seconds from 1 s to `most`.
  Duration now() const { return now_; }

  // broke says that a wait ended after `after` without an answer, although the authority answered
  // when it was asked without one: the next waits are shorter.
  void broke(Duration after);

  // lasted says that a wait was answered at its end. After some of them a longer one is tried; each
  // try that breaks doubles how many.
  void lasted();

 private:
  Duration most_;
  Duration now_;
  int lasted_ = 0;
  int needed_ = kNeeded;
  bool trying_ = false;

  static constexpr int kNeeded = 8;
  static constexpr int kMostNeeded = 1024;
};

}  // namespace keyferry::verifier
