// A read draws a new request id, since relays remember none of reads; writing and closing use the
// stored ids, so that they can be repeated after a crash.
#include "keyferry/carrier/mailbox_carrier.h"

#include "keyferry/digest/random.h"

namespace keyferry::carrier {

Result<std::optional<Arrived>> MailboxCarrier::receive(const std::string& version, bool) {
  const client::MailboxCaller caller{ids_.device_claim, digest::random_id()};
  KF_TRY(auto message, relay_.await(link_, caller, version));
  if (!message) return std::optional<Arrived>();
  return std::optional(Arrived{std::move(message->payload), std::move(message->version)});
}

Result<std::string> MailboxCarrier::send(const transfer::SealedPayload& payload,
                                         const std::string& request_id,
                                         const std::string& version) {
  return relay_.write(link_, {ids_.device_claim, request_id}, payload, version);
}

void MailboxCarrier::close() {
  static_cast<void>(relay_.remove(link_, {ids_.device_claim, ids_.delete_request}).has_value());
}

}  // namespace keyferry::carrier
