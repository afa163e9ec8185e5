// One conversation at a door: the library's frames, and pairing's, which are the program's.
#pragma once

#include <optional>

#include "keyferry/verifier/lock_desk.h"

namespace keyferry::verifier {

// Frames of pairing (docs/lock.md): the wallet begins with pair_start.
enum class PairFrame : std::uint8_t { start = 16, sid = 17, share = 18, lock = 19, owner = 20 };

class LockTalk {
 public:
  LockTalk(LockDesk& desk, const std::string& door);
  ~LockTalk();
  LockTalk(const LockTalk&) = delete;
  LockTalk& operator=(const LockTalk&) = delete;

  // hear takes one piece. KFL_ANSWERS: session() has pieces to send. Never KFL_FOREIGN. A
  // conversation that is older than a reset ends.
  kfl_progress hear(ByteView piece);
  kfl_session& session() { return session_; }

 private:
  kfl_progress pair();
  kfl_progress answer(PairFrame type, ByteView body);
  kfl_progress result(bool good);
  kfl_progress start();
  kfl_progress share(ByteView ya);
  kfl_progress owner(ByteView sealed);
  Bytes statement() const;

  LockDesk& desk_;
  const std::string& door_;
  unsigned generation_;
  kfl_session session_{};
  std::optional<PairingSession> pairing_;
};

}  // namespace keyferry::verifier
