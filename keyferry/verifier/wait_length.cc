// Three quarters of what broke, twice as much after enough that lasted; a longer try that breaks
// doubles what is enough.
#include "keyferry/verifier/wait_length.h"

#include <algorithm>

namespace keyferry::verifier {

void WaitLength::broke(Duration after) {
  const auto shorter = std::chrono::floor<std::chrono::seconds>(std::min(now_, after) * 3 / 4);
  now_ = std::clamp<Duration>(shorter, std::chrono::seconds(1), most_);
  if (trying_) needed_ = std::min(needed_ * 2, kMostNeeded);
  trying_ = false;
  lasted_ = 0;
}

void WaitLength::lasted() {
  trying_ = false;
  if (now_ == most_) {
    needed_ = kNeeded;
    return;
  }
  if (++lasted_ < needed_) return;
  lasted_ = 0;
  now_ = std::min(now_ * 2, most_);
  trying_ = true;
}

}  // namespace keyferry::verifier
