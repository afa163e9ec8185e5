#include "keyferry/mailbox/delete.h"

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/push.h"
#include "keyferry/mailbox/refusal.h"

namespace keyferry::mailbox {

//= spec:tigress#API-03
//= spec:tigress#MBX-07
Result<Deleted> decide_delete(std::optional<State> current, const HashedClaim& claim, Time now) {
  KF_TRY(const Mailbox box, live_mailbox(std::move(current), now));
  const Party party = decide_party(box, claim);
  if (party == Party::stranger) return not_bound();
  if (party == Party::recipient && !box.rights.remove) return lacks_right('D');
  return Deleted{tombstone_of(box), token_beside(box, party)};
}

}  // namespace keyferry::mailbox
