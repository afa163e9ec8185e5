// What an administrator of the machine asks a running lock: one line on a unix socket in its state
// folder, one line of JSON in return. Only root and the account of the lock may ask; on a lock that
// people buy this is a button.
#pragma once

#include <filesystem>
#include <string>
#include <thread>

#include <boost/json/object.hpp>

#include "keyferry/net/listener.h"
#include "keyferry/verifier/hook.h"
#include "keyferry/verifier/lock_service.h"

namespace keyferry::cmd {

class LockControl {
 public:
  // serve answers "pair", "reset" and "status" on `folder`/control until the object dies; the
  // service must live longer. Errors: those of Listener::open.
  static Result<std::unique_ptr<LockControl>> serve(verifier::LockService& service,
                                                    const std::filesystem::path& folder);
  ~LockControl();
  LockControl(const LockControl&) = delete;
  LockControl& operator=(const LockControl&) = delete;

 private:
  LockControl(verifier::LockService& service, net::Listener listener);
  void work();
  void answer(int fd);

  verifier::LockService& service_;
  net::Listener listener_;
  process::UniqueFd socket_;
  verifier::Stopper stopper_;
  std::thread thread_;
};

// ask_lock says `word` to the lock that runs on `folder`. Errors: unavailable, none runs there;
// forbidden; what the lock answered as error; io.
Result<boost::json::object> ask_lock(const std::filesystem::path& folder, const std::string& word);

}  // namespace keyferry::cmd
