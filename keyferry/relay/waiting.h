// A call that waits for a change of a cell.
#pragma once

#include <functional>

#include "keyferry/relay/call.h"

namespace keyferry::relay {

// Seen is how things stand: what the call would be answered now, and whether that is news.
struct Seen {
  Result<http::Response> answer;
  bool news = true;
};
using Look = std::function<Seen()>;

// answer_when_news calls `look` now, after every change of the cell of `key`, and when `most` has
// passed, whatever becomes of the wall clock; the first news, or what stands then or when the relay
// stops, is the answer; so is what stands when the caller hangs up, and at once where the caller's
// source has too many calls waiting (settings.waits_per_source). `look` must not block. No thread
// waits.
void answer_when_news(CallPtr call, const store::CellKey& key, Duration most, Look look);

}  // namespace keyferry::relay
