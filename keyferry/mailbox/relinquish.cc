#include "keyferry/mailbox/relinquish.h"

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/delivery.h"
#include "keyferry/mailbox/idempotency.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/refusal.h"

namespace keyferry::mailbox {

//= spec:tigress#API-06
//= spec:tigress#CLM-08
//= spec:tigress#IDM-09
//= spec:tigress#A-26
//= spec:tigress#A-27
//= spec:tigress#A-28
Result<Relinquished> decide_relinquish(std::optional<State> current, const HashedClaim& claim,
                                       const HashedRequest& request, Time now) {
  KF_TRY(Mailbox box, live_mailbox(std::move(current), now));
  if (was_done(box, claim, request)) return Relinquished{true, std::move(box)};
  if (decide_party(box, claim) != Party::recipient) return not_bound();

  if (const auto* bound = std::get_if<Bound>(&box.recipient)) {
    if (bound->creator_wrote) {
      return fail(Errc::conflict,
                  "the sender has already written to this receiver, so nobody else can take over: "
                  "ask for a new share",
                  "exchange_advanced");
    }
  }
  take_back(box);
  box.recipient = Unclaimed{};
  box.recipient_token.clear();
  box.bound_at = {};
  ++box.turns;
  record(box, claim, request);
  return Relinquished{false, std::move(box)};
}

}  // namespace keyferry::mailbox
