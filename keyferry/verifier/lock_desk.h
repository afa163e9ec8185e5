// What all readers of a lock share.
#pragma once

#include <functional>
#include <semaphore>
#include <string>
#include <vector>

#include "keyferry/verifier/lock_core.h"
#include "keyferry/verifier/lock_pairing.h"

namespace keyferry::verifier {

struct LockDesk {
  LockCore& core;
  PairingAct& act;
  std::string zone;
  std::vector<std::string> doors;
  std::counting_semaphore<4> sessions{4};  // conversations at once
  // Each may be called from any reader's thread.
  std::function<void(bool)> paired;
  std::function<void(const std::string& door, const std::string& end)> ended;
};

}  // namespace keyferry::verifier
