// ReadSecureContentFromMailbox: POST /v1/m/{id}; with `Prefer: wait` it waits for something new.
#include "keyferry/mailbox/read.h"

#include <algorithm>
#include <atomic>

#include "keyferry/relay/answers.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"

namespace keyferry::relay {
namespace {

struct Reading {
  DeviceClaim claim;
  MailboxId id;
  mailbox::ReadWish wish;
  bool waits = false;
  Time until;  // nothing new until then: the answer says so
};
using ReadingPtr = std::shared_ptr<const Reading>;

Result<Reading> parse_reading(const Call& call, const MailboxId& id) {
  Reading reading;
  KF_TRY(const Caller caller, parse_caller(call, false));
  reading.claim = caller.claim;
  reading.id = id;
  const net::Request& request = call.request;
  if (!request.body.empty()) {
    KF_TRY(check_json_body(request.headers));
    KF_TRY(reading.wish.after, mailbox::parse_read_body(request.body, call.settings->body));
  }
  reading.wish.proof = hash_claim_key(request.headers);
  reading.wish.known = parse_condition_header(request.headers, "If-None-Match");
  if (const auto wait = parse_wait(request.headers)) {
    reading.waits = true;
    reading.until = call.relay.clock.now() + *wait;
  }
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
  return decision;
}

Result<Decision> look_again(const Call& call, const Reading& reading) {
  const Time now = call.relay.clock.now();
  KF_TRY(Located located, locate(call.relay, reading.id, now));
  const auto reader = hash_claim(*located.secret, located.id, reading.claim);
  KF_TRY(const mailbox::ReadOut out,
         mailbox::decide_read_again(std::move(located.state), reader, now));
  return render(reading, located, out);
}

// wait registers first and looks then, so that no change between the two is missed. Whichever of
// the two comes first goes on with the call.
//= spec:tigress#A-34
//= spec:tigress#NTF-08
void wait(const CallPtr& call, const ReadingPtr& reading, const Decision::WaitFor& cell) {
  auto taken = std::make_shared<std::atomic<bool>>(false);
  const Duration left = std::min(reading->until, cell.deadline) - call->relay.clock.now();
  const bool waits =
      left > Duration(0) && call->relay.wait(cell.key, left, [call, reading, cell, taken] {
        if (!taken->exchange(true)) wait(call, reading, cell);
      });
  auto seen = look_again(*call, *reading);
  if (waits && seen && seen->wait_for) return;
  if (taken->exchange(true)) return;
  if (!seen) return refuse(*call, seen.error());
  answer(*call, std::move(seen->response));
}

}  // namespace

void read_mailbox(CallPtr call, const MailboxId& id) {
  auto parsed = parse_reading(*call, id);
  if (!parsed) return refuse(*call, parsed.error());
  const auto reading = std::make_shared<const Reading>(*std::move(parsed));
  change_mailbox(
      call, id,
      [reading](Located located, Time now) { return decide(*reading, std::move(located), now); },
      [reading](const CallPtr& read, Decision decision) {
        if (!decision.wait_for || !reading->waits) {
          return answer(*read, std::move(decision.response));
        }
        read->kind = CallKind::wait;
        wait(read, reading, *decision.wait_for);
      });
}

}  // namespace keyferry::relay
