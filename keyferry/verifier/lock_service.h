// A lock as a service: its doors, readers, log and metrics, and what an administrator may ask.
#pragma once

#include <memory>

#include "keyferry/verifier/lock_desk.h"
#include "keyferry/verifier/lock_door.h"
#include "keyferry/verifier/lock_metrics.h"
#include "keyferry/verifier/metrics.h"

namespace keyferry::verifier {

enum class LockTime { system, owner };  // lock_clock.h

struct LockSettings {
  std::filesystem::path state;
  std::string zone = "UTC";
  LockTime time = LockTime::system;
  std::vector<LockDoorSettings> doors;  // 1 to 8, names differ
};

struct LockStatus {
  Bytes id;  // 16 octets
  std::vector<Bytes> owners;
  std::size_t roots = 0;
  std::optional<std::uint32_t> time;
  std::vector<std::pair<std::string, std::string>> doors;  // name, where its reader listens
  bool pairing = false;
};

class LockService {
 public:
  virtual ~LockService() = default;

  // make opens the state; `registry` must live longer. Errors: those of LockCore::open.
  static Result<std::unique_ptr<LockService>> make(const LockSettings& settings,
                                                   Registry& registry);

  // serve opens the readers' sockets. Errors: those of Listener::open.
  virtual Result<Done> serve() = 0;
  virtual void stop() = 0;

  // allow_pairing is what only somebody at the lock may do; it returns the printed code. Errors:
  // conflict, there is an owner, who adds the others; io.
  virtual Result<std::string> allow_pairing() = 0;
  // reset: see LockCore. Open conversations end.
  virtual Result<Done> reset() = 0;
  virtual Result<LockStatus> status() const = 0;
};

}  // namespace keyferry::verifier
