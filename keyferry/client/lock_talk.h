// A conversation with the reader beside a door: frames in pieces over a Unix or TCP socket
// (docs/lock.md, "At the door").
#pragma once

#include <string>

#include "keyferry/base/result.h"
#include "keyferry/delegation/answer.h"
#include "keyferry/process/unique_fd.h"

namespace keyferry::client {

struct LockFrame {
  unsigned type = 0;
  Bytes body;
};

class LockTalk {
 public:
  // connect takes unix:PATH or ADDRESS:PORT ([ADDRESS]:PORT for IPv6). Errors: invalid (neither),
  // network with reason no_lock (nobody there, or nobody who answers within ten seconds).
  static Result<LockTalk> connect(const std::string& address);

  // say sends a frame and returns what comes back. Errors: network with reason no_answer (the lock
  // ended the conversation, said nothing for half a minute, or has not said all of it by then).
  Result<LockFrame> say(unsigned type, ByteView body = {});

  // greet asks for the lock's message.
  Result<delegation::Challenge> greet();

 private:
  explicit LockTalk(process::UniqueFd socket) : socket_(std::move(socket)) {}
  process::UniqueFd socket_;
};

}  // namespace keyferry::client
