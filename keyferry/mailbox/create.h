// CreateMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/mailbox.h"

namespace keyferry::mailbox {

// Configuration is the request's mailboxConfiguration, already well-formed.
struct Configuration {
  AccessRights rights = kRightsWhenOmitted;
  Time expiration{};
  ClaimRule rule;
  Delivery delivery = Delivery::slot;
};

// CreateRequest is the request's body, already well-formed.
struct CreateRequest {
  Payload payload;
  DisplayInformation display;
  std::optional<Configuration> configuration;  // nothing: the relay's defaults
  PushWish token;
};

struct Created {
  bool duplicate = false;      // answer 201; nothing to store
  Tombstone answer;            // deadline and rules for the body: the old ones of a duplicate
  std::optional<Mailbox> box;  // to store, unless it is a duplicate
};

// decide_create makes the mailbox of `creator`. `current` is what stands under the id that follows
// from the device claim and the request id, so whatever stands there comes from an earlier arrival
// of the same request: a duplicate, also of a mailbox that is gone. Errors: invalid
// (expiration in the past).
Result<Created> decide_create(const std::optional<State>& current, CreateRequest request,
                              const HashedClaim& creator, Time now, const Lifetimes& lifetimes);

}  // namespace keyferry::mailbox
