// ReadSecureContentFromMailbox.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/mailbox.h"
#include "keyferry/mailbox/version.h"

namespace keyferry::mailbox {

// ReadWish is what a Read asks for.
struct ReadWish {
  std::optional<ClaimKeyHash> proof;   // as of decide_claim
  std::optional<std::uint64_t> after;  // the other side's next message behind this seq
  std::optional<Condition> known;      // If-None-Match: what the caller has seen
  PushWish token;
};

struct ReadOut {
  bool changed = false;  // `box` binds a receiver anew or notes what was fetched: store it first
  bool turned = false;   // of these: the receiver's side has changed
  Party reader = Party::stranger;
  Mailbox box;
};

// decide_read lets `claim` read, binding it if it is the first (claim.h). The creator reads too and
// never fills the receiver's side. Errors: not_found; unauthorized (`claimed`,
// `claim_proof`); invalid (`after` is behind the last message).
Result<ReadOut> decide_read(std::optional<State> current, const HashedClaim& claim,
                            const ReadWish& wish, Time now);

// decide_read_again is for a Read that was let in and has waited: it binds and changes nothing,
// also for a claim that has given the mailbox up meanwhile. Errors: not_found; unauthorized
// (`not_bound`).
Result<ReadOut> decide_read_again(std::optional<State> current, const HashedClaim& claim, Time now);

// News is what a Read finds: a message to answer with; no message, but not what the caller knows
// either; or nothing new, so that a caller that wants to wait may. Only somebody bound gets
// as far as this.
enum class News { message, moved, none };
News decide_news(const ReadOut& out, const ReadWish& wish);

}  // namespace keyferry::mailbox
