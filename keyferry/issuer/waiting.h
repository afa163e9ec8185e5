// Answers that wait for a change: an ETag the caller knows, `Prefer: wait=N`, and a topic.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "keyferry/issuer/service.h"

namespace keyferry::issuer {

// Look says how things stand: the answer now, or nothing while it is still what the caller knows.
// It may block.
using Look = std::function<std::optional<http::Response>()>;

// What is answered when the time is over.
using Unchanged = std::function<http::Response()>;

// hold_wait takes one of the `most` calls that `who` may let wait at once (Service::waits), until
// `reply` answers. False: there is none left, and the call is answered without waiting.
bool hold_wait(Service& service, const std::string& who, std::size_t most, http::Reply& reply);

// answer_when_changed calls `look` on a worker at once and after every wake of `topic`, until it
// returns an answer or `most` has passed; then `unchanged` says the answer.
void answer_when_changed(Service& service, std::string topic, Duration most, Look look,
                         Unchanged unchanged, http::Reply reply);

// answer_when_taken answers what was revoked (render_revoked) when the verifiers that were heard a
// moment ago have taken its lists, or `most` has passed. `who` may let [limits] waits_per_holder
// calls wait at once; one more is answered without.
void answer_when_taken(Service& service, const std::string& who, Duration most,
                       ledger::Revoked revoked, http::Reply reply);

}  // namespace keyferry::issuer
