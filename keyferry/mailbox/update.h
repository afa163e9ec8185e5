// UpdateMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/mailbox.h"
#include "keyferry/mailbox/version.h"

namespace keyferry::mailbox {

// UpdateWish is what an Update asks for.
struct UpdateWish {
  HashedRequest request;
  Payload payload;
  std::optional<Condition> known;  // If-Match
  PushWish token;
};

struct Updated {
  bool duplicate = false;  // answer 201; nothing to store
  Party writer = Party::stranger;
  Mailbox box;
};

// decide_update puts the payload into the slot, for the creator or the bound receiver, if
// accessRights hold W and `known` (If-Match), if there is one, names the present revision.
// What stood in the slot is lost, set aside or queued (delivery.h). A write of either side makes a
// provisional receiver firm. Never binds anybody. A duplicate of `request` changes nothing,
// whatever `known` says. Errors, in this order: not_found; unauthorized (`not_bound`,
// `access_right`); precondition_failed; conflict (`queue_full`).
Result<Updated> decide_update(std::optional<State> current, const HashedClaim& claim,
                              UpdateWish wish, Time now);

}  // namespace keyferry::mailbox
