#include "keyferry/mailbox/update.h"

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/delivery.h"
#include "keyferry/mailbox/idempotency.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/push.h"
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
                              UpdateWish wish, Time now) {
  KF_TRY(Mailbox box, live_mailbox(std::move(current), now));
  const Party party = decide_party(box, claim);
  if (was_done(box, claim, wish.request)) return Updated{true, party, std::move(box)};
  if (party == Party::stranger) return not_bound();
  if (!box.rights.write) return lacks_right('W');
  if (wish.known && !names_revision(*wish.known, box)) {
    return fail(Errc::precondition_failed,
                "the other side has written since: read again before you write");
  }
  KF_TRY(write(box, party, std::move(wish.payload)));
  take_token(box, party, wish.token);
  record(box, claim, wish.request);
  return Updated{false, party, std::move(box)};
}

}  // namespace keyferry::mailbox
