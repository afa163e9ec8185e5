// UpdateMailbox: PUT /v1/m/{id}.
#include "keyferry/mailbox/update.h"

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"

namespace keyferry::relay {
namespace {

struct Wish {
  Caller caller;
  mailbox::Payload payload;
  std::optional<mailbox::Condition> known;
};

Result<Wish> parse_wish(const Call& call) {
  Wish wish;
  KF_TRY(wish.caller, parse_caller(call, true));
  KF_TRY(check_json_body(call.request.headers));
  KF_TRY(wish.payload, mailbox::parse_update_body(call.request.body, call.settings->body));
  wish.known = parse_condition_header(call.request.headers, "If-Match");
  return wish;
}

Result<Decision> decide(const Wish& wish, Located located, Time now) {
  const auto writer = hash_claim(*located.secret, located.id, wish.caller.claim);
  const auto request = hash_request(*located.secret, located.id, Verb::update, wish.caller.claim,
                                    wish.caller.request_id);
  KF_TRY(const mailbox::Updated updated,
         mailbox::decide_update(std::move(located.state), writer, request, wish.payload, wish.known,
                                now));
  Decision decision;
  decision.response = update_answer(updated.box, updated.writer, updated.duplicate);
  if (!updated.duplicate) decision.next = cell_of(updated.box, *located.secret);
  return decision;
}

}  // namespace

void update_mailbox(CallPtr call, const MailboxId& id) {
  auto wish = parse_wish(*call);
  if (!wish) return refuse(*call, wish.error());
  auto shared = std::make_shared<const Wish>(*std::move(wish));
  change_mailbox(call, id, [shared](Located located, Time now) {
    return decide(*shared, std::move(located), now);
  });
}

}  // namespace keyferry::relay
