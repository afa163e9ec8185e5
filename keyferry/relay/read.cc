// ReadSecureContentFromMailbox: POST /v1/m/{id}; with `Prefer: wait` it waits for something new.
#include "keyferry/mailbox/read.h"

#include <algorithm>

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"
#include "keyferry/relay/push.h"
#include "keyferry/relay/waiting.h"

namespace keyferry::relay {
namespace {

struct Reading {
  DeviceClaim claim;
  MailboxId id;
  mailbox::ReadWish wish;
  std::optional<Duration> wait;  // nothing new for so long: the answer says so
};
using ReadingPtr = std::shared_ptr<const Reading>;

Result<Reading> parse_reading(const Call& call, const MailboxId& id) {
  Reading reading;
  KF_TRY(const Caller caller, parse_caller(call, false));
  reading.claim = caller.claim;
  reading.id = id;
  const http::Request& request = call.request;
  if (!request.body.empty()) {
    KF_TRY(check_json_body(request.headers));
    KF_TRY(const mailbox::ReadBody body,
           mailbox::parse_read_body(request.body, call.settings->body));
    reading.wish.after = body.after;
    KF_TRY(reading.wish.token, parse_push_wish(call.relay, body.token));
  }
  reading.wish.proof = hash_claim_key(request.headers);
  reading.wish.known = parse_condition_header(request.headers, "If-None-Match");
  reading.wait = parse_wait(request.headers);
  return reading;
}

Decision render(const Reading& reading, const Located& located, const mailbox::ReadOut& out) {
  const mailbox::News news = mailbox::decide_news(out, reading.wish);
  Decision decision;
  decision.response = news == mailbox::News::message
                          ? read_answer(out.box, out.reader, reading.wish.after)
                          : nothing_new(out.box, out.reader);
  if (news == mailbox::News::none) {
    decision.wait_for = Decision::WaitFor{located.key, out.box.deadline};
  }
  return decision;
}

Result<Decision> decide(const Reading& reading, Located located, Time now) {
  const auto reader = hash_claim(*located.secret, located.id, reading.claim);
  KF_TRY(const mailbox::ReadOut out,
         mailbox::decide_read(std::move(located.state), reader, reading.wish, now));
  Decision decision = render(reading, located, out);
  if (out.changed) decision.next = cell_of(out.box, *located.secret);
  if (out.turned) decision.push = mailbox::token_beside(out.box, out.reader);
  return decision;
}

Seen look_again(const Call& call, const Reading& reading) {
  const Time now = call.relay.clock.now();
  auto located = locate(call.relay, reading.id, now);
  if (!located) return Seen{located.error(), true};
  const auto reader = hash_claim(*located->secret, located->id, reading.claim);
  const auto out = mailbox::decide_read_again(std::move(located->state), reader, now);
  if (!out) return Seen{out.error(), true};
  Decision decision = render(reading, *located, *out);
  return Seen{std::move(decision.response), !decision.wait_for};
}

}  // namespace

//= spec:tigress#A-34
//= spec:tigress#NTF-08
void read_mailbox(CallPtr call, const MailboxId& id) {
  auto parsed = parse_reading(*call, id);
  if (!parsed) return refuse(*call, parsed.error());
  const auto reading = std::make_shared<const Reading>(*std::move(parsed));
  change_mailbox(
      call, id,
      [reading](Located located, Time now) { return decide(*reading, std::move(located), now); },
      [reading](const CallPtr& read, Decision decision) {
        if (!decision.wait_for || !reading->wait) {
          return answer(*read, std::move(decision.response));
        }
        const Duration left = decision.wait_for->deadline - read->relay.clock.now();
        answer_when_news(read, decision.wait_for->key, std::min(*reading->wait, left),
                         [read, reading] { return look_again(*read, *reading); });
      });
}

}  // namespace keyferry::relay
