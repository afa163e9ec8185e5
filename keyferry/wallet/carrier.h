// How the sealed messages of an exchange travel. Today through a v1 mailbox (mailbox_carrier.h).
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/transfer/sealed_payload.h"

namespace keyferry::wallet {

// Arrived is what lies at the place of the exchange. `version` names it where the place can say so,
// else it is empty.
struct Arrived {
  transfer::SealedPayload payload;
  std::string version;
};

class Carrier {
 public:
  virtual ~Carrier() = default;

  // receive returns what lies there; nothing while it is still `version` (it may wait for a change,
  // for some 25 s). Errors: not_found (the place is gone: deleted or past its deadline), network.
  virtual Result<std::optional<Arrived>> receive(const std::string& version) = 0;

  // send puts `payload` there in the place of `version` (empty: of whatever is there) and returns
  // the new version. The same request id again sends once. Errors: precondition_failed (something
  // else came meanwhile), not_found, network.
  virtual Result<std::string> send(const transfer::SealedPayload& payload,
                                   const std::string& request_id, const std::string& version) = 0;

  // close ends the place; give_back lets another receiver have it. Errors are of no consequence.
  virtual void close() = 0;
  virtual void give_back() = 0;
};

}  // namespace keyferry::wallet
