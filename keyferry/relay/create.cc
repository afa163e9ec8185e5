// CreateMailbox: POST /v1/m.
#include "keyferry/mailbox/create.h"

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"
#include "keyferry/relay/push.h"

namespace keyferry::relay {
namespace {

struct Wish {
  Caller caller;
  mailbox::CreateRequest request;
};

Result<Wish> parse_wish(const Call& call) {
  Wish wish;
  KF_TRY(wish.caller, parse_caller(call, true));
  KF_TRY(check_json_body(call.request.headers));
  KF_TRY(mailbox::CreateBody body,
         mailbox::parse_create_body(call.request.body, call.settings->body));
  wish.request = std::move(body.request);
  KF_TRY(wish.request.token, parse_push_wish(call.relay, body.token));
  return wish;
}

Result<Decision> decide(const Call& call, const Wish& wish, const Located& located, Time now) {
  const auto creator = hash_claim(*located.secret, located.id, wish.caller.claim);
  KF_TRY(
      const mailbox::Created created,
      mailbox::decide_create(located.state, wish.request, creator, now, call.settings->lifetimes));
  Decision decision;
  decision.response = create_answer(*call.settings, located.id, created.answer, created.duplicate,
                                    call.relay.webhooks);
  if (created.box) decision.next = cell_of(*created.box, *located.secret);
  const bool queue = created.answer.delivery == mailbox::Delivery::queue;
  decision.brings = call.request.body.size() + (queue ? kQueueCost : kCellCost);
  return decision;
}

}  // namespace

void create_mailbox(CallPtr call) {
  if (!admit_creator(*call)) return;
  auto wish = parse_wish(*call);
  if (!wish) return refuse(*call, wish.error());
  if (!admit_create(*call)) return;
  auto shared = std::make_shared<const Wish>(*std::move(wish));
  change(
      call, [call, shared](Time now) { return locate_created(call->relay, shared->caller, now); },
      [call, shared](Located located, Time now) { return decide(*call, *shared, located, now); });
}

}  // namespace keyferry::relay
