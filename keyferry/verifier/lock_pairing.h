// Pairing a lock with its first owner (docs/lock.md): the lock's side, as rules without sockets.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"
#include "keyferry/crypto/cpace.h"

namespace keyferry::verifier {

inline constexpr std::chrono::minutes kPairingTime{2};

// PairingAct is what somebody did at the lock itself: it lasts two minutes and is good for one
// guess. Thread-safe.
class PairingAct {
 public:
  using Clock = std::chrono::steady_clock;
  void allow(Clock::time_point now);
  void withdraw();
  bool allowed(Clock::time_point now) const;
  // take spends it: true for one caller, before its end.
  bool take(Clock::time_point now);

 private:
  mutable std::mutex mutex_;
  std::optional<Clock::time_point> end_;
};

// PairingSession is one attempt.
class PairingSession {
 public:
  PairingSession();  // draws the sid
  const ByteArray<16>& sid() const { return sid_; }

  // share takes the wallet's Ya (32 octets) and the lock's printed code, and gives Yb ‖ `statement`
  // sealed. From it on the attempt depends on the code, so spend the act before it is sent. Errors:
  // invalid, Ya is no usable element: nothing was given away.
  Result<Bytes> share(ByteView ya, const SecretBytes& code, ByteView statement);
  // owner opens what the wallet sealed in return. Errors: cannot_open, the codes differ; conflict,
  // there was no share or it was asked before.
  Result<Bytes> owner(ByteView sealed);

 private:
  ByteArray<16> sid_;
  std::optional<SecretBytes> owner_key_;
};

}  // namespace keyferry::verifier
