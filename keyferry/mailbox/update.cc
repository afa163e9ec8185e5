#include "keyferry/mailbox/update.h"

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/delivery.h"
#include "keyferry/mailbox/idempotency.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/refusal.h"

namespace keyferry::mailbox {

//= spec:tigress#API-02
//= spec:tigress#IDM-08
//= spec:tigress#A-10
//= spec:tigress#A-19
//= spec:tigress#A-24
//= spec:tigress#A-28
//= spec:tigress#REL-02
//= spec:tigress#REQ-05
Result<Updated> decide_update(std::optional<State> current, const HashedClaim& claim,
                              const HashedRequest& request, Payload payload,
                              const std::optional<Condition>& known, Time now) {
  KF_TRY(Mailbox box, live_mailbox(std::move(current), now));
  const Party party = decide_party(box, claim);
  if (was_done(box, claim, request)) return Updated{true, party, std::move(box)};
  if (party == Party::stranger) return not_bound();
  if (!box.rights.write) return lacks_right('W');
  if (known && !names_revision(*known, box)) {
    return fail(Errc::precondition_failed,
                "the other side has written since: read again before you write");
  }
  KF_TRY(write(box, party, std::move(payload)));
  record(box, claim, request);
  return Updated{false, party, std::move(box)};
}

}  // namespace keyferry::mailbox
