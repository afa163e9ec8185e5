// The reader beside one door: a socket that speaks frames, one conversation at a time.
#pragma once

#include <thread>

#include "keyferry/net/listener.h"
#include "keyferry/verifier/hook.h"
#include "keyferry/verifier/lock_desk.h"

namespace keyferry::verifier {

class LockReader {
 public:
  // The socket listens already; the thread starts with the object and ends with it.
  LockReader(LockDesk& desk, std::string door, net::Listener listener);
  ~LockReader();
  LockReader(const LockReader&) = delete;
  LockReader& operator=(const LockReader&) = delete;

  const std::string& address() const { return address_; }

 private:
  void work();
  std::string talk(int fd);

  LockDesk& desk_;
  std::string door_;
  net::Listener listener_;
  std::string address_;
  process::UniqueFd socket_;
  Stopper stopper_;
  std::thread thread_;
};

}  // namespace keyferry::verifier
