#include "keyferry/mailbox/read.h"

#include "keyferry/mailbox/delivery.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/push.h"
#include "keyferry/mailbox/refusal.h"

namespace keyferry::mailbox {
namespace {

// take_side puts `recipient`, which `claim` is now, in its place.
void take_side(Mailbox& box, Recipient recipient, const HashedClaim& claim, Time now) {
  if (decide_party(box, claim) != Party::recipient) {
    box.bound_at = now;
    box.queue.read_by_recipient = 0;
    box.recipient_token.clear();
  }
  box.recipient = std::move(recipient);
  ++box.turns;
}

}  // namespace

//= spec:tigress#API-05
//= spec:tigress#A-08
//= spec:tigress#A-20
//= spec:tigress#A-30
Result<ReadOut> decide_read(std::optional<State> current, const HashedClaim& claim,
                            const ReadWish& wish, Time now) {
  KF_TRY(Mailbox box, live_mailbox(std::move(current), now));
  ReadOut out;
  if (decide_party(box, claim) != Party::creator) {
    KF_TRY(Recipient recipient, decide_claim(box, claim, wish.proof));
    out.changed = out.turned = recipient != box.recipient;
    if (out.turned) take_side(box, std::move(recipient), claim, now);
  }
  out.reader = decide_party(box, claim);
  if (wish.after) {
    if (*wish.after > box.revision) {
      return fail(Errc::invalid,
                  "member \"after\" is behind the last message: send the seq of one");
    }
    out.changed |= acknowledge(box, out.reader, *wish.after);
  }
  out.changed |= take_token(box, out.reader, wish.token);
  out.box = std::move(box);
  return out;
}

Result<ReadOut> decide_read_again(std::optional<State> current, const HashedClaim& claim,
                                  Time now) {
  KF_TRY(Mailbox box, live_mailbox(std::move(current), now));
  const Party reader = decide_party(box, claim);
  if (reader == Party::stranger) return not_bound();
  return ReadOut{false, false, reader, std::move(box)};
}

//= spec:tigress#A-34
News decide_news(const ReadOut& out, const ReadWish& wish) {
  const bool known = wish.known && names_version(*wish.known, version_of(out.box, out.reader));
  if (wish.after) {
    if (find_message(out.box, out.reader, wish.after)) return News::message;
    return !wish.known || known ? News::none : News::moved;
  }
  return known ? News::none : News::message;
}

}  // namespace keyferry::mailbox
