// CreateMailbox: POST /v1/m.
#include "keyferry/mailbox/create.h"

#include "keyferry/digest/hash.h"
#include "keyferry/net/problem.h"
#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"

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
  KF_TRY(wish.request, mailbox::parse_create_body(call.request.body, call.settings->body));
  return wish;
}

// may_create tells whether the operator's rule lets this caller make mailboxes.
bool may_create(const Call& call) {
  if (!call.settings->create_needs_token) return true;
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = call.request.headers.find("Authorization").value_or("");
  if (!value.starts_with(kScheme)) return false;
  const auto hash = digest::sha256(bytes_of(value.substr(kScheme.size())));
  bool known = false;
  for (const auto& token : call.settings->token_hashes) {
    known |= equal_constant_time(token, hash);
  }
  return known;
}

Result<Decision> decide(const Call& call, const Wish& wish, const Located& located, Time now) {
  const auto creator = hash_claim(*located.secret, located.id, wish.caller.claim);
  KF_TRY(
      const mailbox::Created created,
      mailbox::decide_create(located.state, wish.request, creator, now, call.settings->lifetimes));
  Decision decision;
  decision.response = create_answer(*call.settings, located.id, created.answer, created.duplicate);
  if (created.box) decision.next = cell_of(*created.box, *located.secret);
  return decision;
}

}  // namespace

void create_mailbox(CallPtr call) {
  if (!may_create(*call)) {
    const Error error = fail(Errc::unauthorized,
                             "this relay makes mailboxes only for those who send its token as "
                             "Authorization: Bearer",
                             "create_token");
    call->relay.metrics.count_refusal(error.reason);
    return answer(*call, net::problem(error, "Bearer"));
  }
  auto wish = parse_wish(*call);
  if (!wish) return refuse(*call, wish.error());
  const auto wait = call->limits->creates.take(call->source, call->relay.clock.now());
  if (wait) return refuse_too_many(*call, *wait);
  auto shared = std::make_shared<const Wish>(*std::move(wish));
  change(
      call, [call, shared](Time now) { return locate_created(call->relay, shared->caller, now); },
      [call, shared](Located located, Time now) { return decide(*call, *shared, located, now); });
}

}  // namespace keyferry::relay
