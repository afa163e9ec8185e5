// ReadSecureContentFromMailbox: POST /v1/m/{id}.
#include "keyferry/mailbox/read.h"

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"

namespace keyferry::relay {
namespace {

Result<DeviceClaim> parse_reader(const Call& call) {
  KF_TRY(const Caller caller, parse_caller(call, false));
  if (call.request.body.empty()) return caller.claim;
  KF_TRY(check_json_body(call.request.headers));
  KF_TRY(mailbox::check_read_body(call.request.body, call.settings->body));
  return caller.claim;
}

}  // namespace

void read_mailbox(CallPtr call, const MailboxId& id) {
  const auto claim = parse_reader(*call);
  if (!claim) return refuse(*call, claim.error());
  const auto proof = hash_claim_key(call->request.headers);
  change_mailbox(call, id, [claim = *claim, proof](Located located, Time now) -> Result<Decision> {
    const auto reader = hash_claim(*located.secret, located.id, claim);
    KF_TRY(const mailbox::ReadOut out,
           mailbox::decide_read(std::move(located.state), reader, proof, now));
    Decision decision;
    decision.response = read_answer(out.box);
    if (out.changed) decision.next = cell_of(out.box, *located.secret);
    return decision;
  });
}

}  // namespace keyferry::relay
