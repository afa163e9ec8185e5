// The running authority: its API, its admin address and its admin socket, on one ledger.
#pragma once

#include <memory>
#include <string>

#include "config.h"

#include "keyferry/base/result.h"
#include "keyferry/file/file.h"
#include "keyferry/issuer/keys.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::cmd {

// Opened is a ledger under its exclusive lock, with the keys.
struct Opened {
  file::Lock lock;
  issuer::Keys keys;
  std::unique_ptr<ledger::Ledger> ledger;
};

// Who has the ledger without answering is a server that starts or stops, or a subcommand: none of
// them takes long, and whoever comes meanwhile tries again.
inline constexpr auto kLedgerPatience = std::chrono::seconds(10);
inline constexpr auto kLedgerPause = std::chrono::milliseconds(50);

// open_ledger takes the lock and opens keys and ledger. Errors: conflict (another process has it),
// not_found (init was not run), and those of keys and ledger.
Result<Opened> open_ledger(const AuthorityConfig& config);

class AuthorityServer {
 public:
  virtual ~AuthorityServer() = default;
  // start opens everything and serves. Errors: what cannot be opened, and why.
  static Result<std::unique_ptr<AuthorityServer>> start(const AuthorityConfig& config);
  virtual std::string address() const = 0;
  virtual Result<Done> reload() = 0;
  // stop lets running requests end for at most 10 s.
  virtual void stop() = 0;
};

}  // namespace keyferry::cmd
