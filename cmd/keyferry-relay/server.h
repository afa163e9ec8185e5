// The running relay: store, secret, endpoints, sweeper, two listening addresses.
#pragma once

#include <memory>

#include "config.h"

#include "keyferry/base/result.h"

namespace keyferry::cmd {

class RelayServer {
 public:
  // start opens everything and begins to serve. Errors say what is in the way.
  static Result<std::unique_ptr<RelayServer>> start(const RelayConfig& config);
  virtual ~RelayServer() = default;

  virtual std::string address() const = 0;
  // reload takes over limits, tokens, lifetimes and the certificate of `config`; other changes need
  // a restart.
  virtual Result<Done> reload(const RelayConfig& config) = 0;
  // stop answers running calls for at most ten seconds, then ends.
  virtual void stop() = 0;
};

// check_relay says what start would say, without binding an address or making a file.
Result<Done> check_relay(const RelayConfig& config);

}  // namespace keyferry::cmd
