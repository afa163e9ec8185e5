// How the messages of an exchange are sealed and travel: through a v1 mailbox (mailbox_carrier.h),
// a file (file_carrier.h) or the dropbox of Draft R (dropbox_carrier.h).
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/transfer/sealed_payload.h"

namespace keyferry::carrier {

// Arrived is what lies at the place of the exchange. `version` names it where the place can say so,
// else it is empty.
struct Arrived {
  transfer::SealedPayload payload;
  std::string version;
};

class Carrier {
 public:
  virtual ~Carrier() = default;

  // seal seals a message once; what came out is kept and sent. open is the reverse for what was
  // received. Errors: as transfer::open_payload, cannot_open above all.
  virtual transfer::SealedPayload seal(ByteView plaintext) = 0;
  virtual Result<Bytes> open(const transfer::SealedPayload& payload) = 0;

  // stored is called once what was opened, and what followed from it, is stored.
  virtual void stored() {}

  // leave is called in its place where what was opened is meant for another reader.
  virtual void leave() {}

  // is_one_slot says whether a message takes the place of the one before it, so that messages of
  // the two sides can cross.
  virtual bool is_one_slot() const { return true; }

  // receive returns what lies there; nothing while it is still `version` (with `wait` it may wait
  // for a change, for some 25 s). Errors: not_found (the place is gone: deleted or past its
  // deadline), network.
  virtual Result<std::optional<Arrived>> receive(const std::string& version, bool wait) = 0;

  // send puts `payload` there in the place of `version` (empty: of whatever is there) and returns
  // the new version. The same request id again sends once. Errors: precondition_failed (something
  // else came meanwhile), conflict with reason `taken` (somebody else took our turn), not_found,
  // network.
  virtual Result<std::string> send(const transfer::SealedPayload& payload,
                                   const std::string& request_id, const std::string& version) = 0;

  // close ends the place. Errors are of no consequence.
  virtual void close() = 0;
};

// SecretCarrier seals every message under the link's secret.
class SecretCarrier : public Carrier {
 public:
  explicit SecretCarrier(SecretBytes secret) : secret_(std::move(secret)) {}
  transfer::SealedPayload seal(ByteView plaintext) override {
    return transfer::seal_payload(secret_, plaintext);
  }
  Result<Bytes> open(const transfer::SealedPayload& payload) override {
    return transfer::open_payload(secret_, payload);
  }

 private:
  SecretBytes secret_;
};

}  // namespace keyferry::carrier
