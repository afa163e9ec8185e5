// RelinquishMailbox: PATCH /v1/m/{id}.
#include "keyferry/mailbox/relinquish.h"

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"

namespace keyferry::relay {
namespace {

Result<Decision> decide(const Caller& caller, Located located, Time now) {
  const auto holder = hash_claim(*located.secret, located.id, caller.claim);
  const auto request =
      hash_request(*located.secret, located.id, Verb::relinquish, caller.claim, caller.request_id);
  KF_TRY(const mailbox::Relinquished freed,
         mailbox::decide_relinquish(std::move(located.state), holder, request, now));
  Decision decision;
  decision.response = empty_answer(freed.duplicate ? 201 : 200);
  if (freed.duplicate) return decision;
  decision.next = cell_of(freed.box, *located.secret);
  decision.push = freed.box.creator_token;
  return decision;
}

}  // namespace

void relinquish_mailbox(CallPtr call, const MailboxId& id) {
  const auto caller = parse_caller(*call, true);
  if (!caller) return refuse(*call, caller.error());
  change_mailbox(call, id, [caller = *caller](Located located, Time now) {
    return decide(caller, std::move(located), now);
  });
}

}  // namespace keyferry::relay
