// What time does by itself: shares expire and end, what was remembered is forgotten.
#pragma once

#include <optional>

#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

// keep_house writes down which shares expired or ended by `now` (at most 200 a call) and deletes
// outlived jtis, tokens and idempotent requests. Returns when something is due next (at once, if
// there is more), if ever. While the disk is full it only looks whether there is room again.
// Nothing waits for this: every rule looks at the time itself.
Result<std::optional<Time>> keep_house(Ledger& ledger, Time now);

}  // namespace keyferry::ledger
