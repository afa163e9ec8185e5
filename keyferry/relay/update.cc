// UpdateMailbox: PUT /v1/m/{id}.
#include "keyferry/mailbox/update.h"

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"
#include "keyferry/relay/push.h"

namespace keyferry::relay {
namespace {

struct Wish {
  Caller caller;
  mailbox::UpdateWish update;  // without its request id, which depends on the key of the ring
};

Result<Wish> parse_wish(const Call& call) {
  Wish wish;
  KF_TRY(wish.caller, parse_caller(call, true));
  KF_TRY(check_json_body(call.request.headers));
  KF_TRY(mailbox::UpdateBody body,
         mailbox::parse_update_body(call.request.body, call.settings->body));
  wish.update.payload = std::move(body.payload);
  KF_TRY(wish.update.token, parse_push_wish(call.relay, body.token));
  wish.update.known = parse_condition_header(call.request.headers, "If-Match");
  return wish;
}

Result<Decision> decide(const Relay& relay, const Wish& wish, Located located, Time now) {
  const auto writer = hash_claim(*located.secret, located.id, wish.caller.claim);
  mailbox::UpdateWish update = wish.update;
  update.request = hash_request(*located.secret, located.id, Verb::update, wish.caller.claim,
                                wish.caller.request_id);
  KF_TRY(const mailbox::Updated updated,
         mailbox::decide_update(std::move(located.state), writer, std::move(update), now));
  Decision decision;
  const bool pushes = relay.webhooks && !mailbox::token_of(updated.box, updated.writer).empty();
  decision.response = update_answer(updated.box, updated.writer, updated.duplicate, pushes);
  if (updated.duplicate) return decision;
  decision.next = cell_of(updated.box, *located.secret);
  decision.brings = wish.update.payload.data.size();
  decision.push = mailbox::token_beside(updated.box, updated.writer);
  return decision;
}

}  // namespace

void update_mailbox(CallPtr call, const MailboxId& id) {
  auto wish = parse_wish(*call);
  if (!wish) return refuse(*call, wish.error());
  auto shared = std::make_shared<const Wish>(*std::move(wish));
  change_mailbox(call, id, [shared, &relay = call->relay](Located located, Time now) {
    return decide(relay, *shared, std::move(located), now);
  });
}

}  // namespace keyferry::relay
