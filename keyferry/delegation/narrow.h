// A right inside another one (docs/lock.md): what a child states lies inside its parent's effective
// right, and what it does not state is that.
#pragma once

#include "keyferry/delegation/link.h"
#include "keyferry/transfer/delegation_rights.h"

namespace keyferry::delegation {

// Effective is what a chain gives its last holder.
struct Effective {
  std::uint32_t nbf = 0, exp = 0;
  transfer::DelegationRights rights;
};

// narrow puts the claims of the link `at` (0: the root) inside `above`. Errors: forbidden, the
// reason being the right that is wider: window, depth, doors, uses, hours, fresh.
Result<Effective> narrow(const Effective& above, const Claims& claims, std::size_t at);

// check_inside holds what came against what was offered. Errors: as narrow.
Result<Done> check_inside(const Effective& inner, const Effective& outer);

}  // namespace keyferry::delegation
