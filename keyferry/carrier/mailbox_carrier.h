// An exchange over one v1 mailbox: a single slot that both sides write.
#pragma once

#include "keyferry/carrier/carrier.h"
#include "keyferry/client/relay_client.h"

namespace keyferry::carrier {

// MailboxIds are this side's claim and the ids of its calls that are repeated after a crash.
struct MailboxIds {
  std::string device_claim;
  std::string delete_request;
};

class MailboxCarrier final : public SecretCarrier {
 public:
  // `link` has its secret.
  MailboxCarrier(client::RelayClient relay, transfer::ShareLink link, MailboxIds ids)
      : SecretCarrier(link.secret->clone()),
        relay_(relay),
        link_(std::move(link)),
        ids_(std::move(ids)) {}

  Result<std::optional<Arrived>> receive(const std::string& version, bool wait) override;
  Result<std::string> send(const transfer::SealedPayload& payload, const std::string& request_id,
                           const std::string& version) override;
  void close() override;

 private:
  client::RelayClient relay_;
  transfer::ShareLink link_;
  MailboxIds ids_;
};

}  // namespace keyferry::carrier
