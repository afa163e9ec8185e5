// How often a holder may call: whoever serves counts the calls, the ledger asks before it writes.
#pragma once

#include <functional>
#include <optional>

#include "keyferry/authority/refusal.h"
#include "keyferry/authority/share.h"
#include "keyferry/base/clock.h"

namespace keyferry::ledger {

// Gate counts one call of the holder of `share`, and says how long to wait if it was one too many.
// An empty one lets all through. It is asked inside the transaction, once token and proof were
// found good and before anything is written: a call that is held up leaves nothing, its proof
// included.
using Gate = std::function<std::optional<Duration>(const authority::ShareId& share)>;

// held_up asks the gate. The refusal is temporarily_unavailable with retry_after.
std::optional<authority::Refusal> held_up(const Gate& gate, const authority::ShareId& share);

}  // namespace keyferry::ledger
