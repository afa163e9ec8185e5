// What time a lock believes it is: the machine's, or one that an owner has told it since its start.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/lock/keyferry_lock.h"

namespace keyferry::verifier {

class LockClock {
 public:
  virtual ~LockClock() = default;
  // now is nothing while the time is not known. Thread-safe, as is set.
  virtual std::optional<kfl_time> now() = 0;
  // set says false if this clock cannot be set.
  virtual bool set(std::uint32_t seconds) = 0;
};

// use_zone makes `zone` ("Europe/Berlin", "UTC") the local time of this process; call it before
// other threads run. Errors: invalid, the system knows no such zone.
Result<Done> use_zone(const std::string& zone);

// system_lock_clock is the machine's clock, which the lock does not set.
std::unique_ptr<LockClock> system_lock_clock();

// owner_lock_clock knows no time until an owner sets it, and goes on from there; a restart loses
// it. For a machine whose clock is not to be believed.
std::unique_ptr<LockClock> owner_lock_clock();

}  // namespace keyferry::verifier
