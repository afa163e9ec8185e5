// The running agent: one Follower for each list, the admin address, the lock on the state.
#pragma once

#include <memory>

#include "config.h"

namespace keyferry::cmd {

class Agent {
 public:
  virtual ~Agent() = default;

  // make takes the lock on the state folder and puts a valid file in every list's place. Errors:
  // conflict (another agent runs), and those of Follower::make.
  static Result<std::unique_ptr<Agent>> make(const VerifierConfig& config);

  // once fetches every list and waits for the hooks. Errors: the first list's that failed; the
  // others are fetched nevertheless.
  virtual Result<Done> once() = 0;
  // serve starts following and the admin address. Errors: of start_admin.
  virtual Result<Done> serve() = 0;
  // address is the admin address, or empty.
  virtual std::string address() const = 0;
  // reload reads the trust files again; on an error the old ones stay.
  virtual Result<Done> reload() = 0;
  virtual void stop() = 0;
};

}  // namespace keyferry::cmd
