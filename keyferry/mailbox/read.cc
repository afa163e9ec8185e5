#include "keyferry/mailbox/read.h"

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/lifetime.h"

namespace keyferry::mailbox {

//= spec:tigress#API-05
//= spec:tigress#A-08
Result<ReadOut> decide_read(std::optional<State> current, const HashedClaim& claim,
                            const std::optional<ClaimKeyHash>& proof, Time now) {
  KF_TRY(Mailbox box, live_mailbox(std::move(current), now));
  if (decide_party(box, claim) == Party::creator) return ReadOut{false, std::move(box)};
  KF_TRY(Recipient recipient, decide_claim(box, claim, proof));
  const bool changed = recipient != box.recipient;
  box.recipient = std::move(recipient);
  return ReadOut{changed, std::move(box)};
}

}  // namespace keyferry::mailbox
