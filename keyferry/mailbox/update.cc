#include "keyferry/mailbox/update.h"

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/idempotency.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/refusal.h"

namespace keyferry::mailbox {
namespace {

// Keeps what A-27 needs to know when the receiver gives the mailbox up later.
void note_writer(Mailbox& box, Party writer) {
  settle(box.recipient);
  auto* bound = std::get_if<Bound>(&box.recipient);
  if (!bound) return;
  if (writer == Party::creator) {
    bound->creator_wrote = true;
    bound->set_aside.reset();
  } else if (!bound->creator_wrote && !bound->set_aside) {
    bound->set_aside = std::move(box.payload);
  }
}

}  // namespace

//= spec:tigress#API-02
//= spec:tigress#IDM-08
//= spec:tigress#A-10
//= spec:tigress#A-24
//= spec:tigress#A-28
//= spec:tigress#REL-02
//= spec:tigress#REQ-05
Result<Updated> decide_update(std::optional<State> current, const HashedClaim& claim,
                              const HashedRequest& request, Payload payload, Time now) {
  KF_TRY(Mailbox box, live_mailbox(std::move(current), now));
  if (was_done(box, claim, request)) return Updated{true, std::move(box)};
  const Party party = decide_party(box, claim);
  if (party == Party::stranger) return not_bound();
  if (!box.rights.write) return lacks_right('W');

  note_writer(box, party);
  box.payload = std::move(payload);
  record(box, claim, request);
  return Updated{false, std::move(box)};
}

}  // namespace keyferry::mailbox
