// DeleteMailbox: DELETE /v1/m/{id}.
#include "keyferry/mailbox/delete.h"

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"

namespace keyferry::relay {

void delete_mailbox(CallPtr call, const MailboxId& id) {
  const auto caller = parse_caller(*call, true);
  if (!caller) return refuse(*call, caller.error());
  change_mailbox(call, id, [claim = caller->claim](Located located, Time now) -> Result<Decision> {
    const auto deleter = hash_claim(*located.secret, located.id, claim);
    KF_TRY(const mailbox::Deleted deleted,
           mailbox::decide_delete(std::move(located.state), deleter, now));
    return Decision{empty_answer(200), cell_of(deleted.left, *located.secret), deleted.other_token};
  });
}

}  // namespace keyferry::relay
