#include "keyferry/ledger/gate.h"

#include <algorithm>

namespace keyferry::ledger {

std::optional<authority::Refusal> held_up(const Gate& gate, const authority::ShareId& share) {
  const auto wait = gate ? gate(share) : std::nullopt;
  if (!wait) return std::nullopt;
  authority::Refusal refusal{"temporarily_unavailable", "too many calls of this kind; wait"};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
  refusal.retry_after = static_cast<int>(std::max<std::int64_t>(1, seconds));
  return refusal;
}

}  // namespace keyferry::ledger
