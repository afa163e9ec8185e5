// The rights of the kind `delegation` (docs/lock.md), as an invite shows them: a JSON object of
// doors, depth, uses?, hours?, fresh?. What is not understood is refused, for it could be what
// narrows the right.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::transfer {

inline constexpr std::string_view kDelegationKind = "delegation";

struct DelegationRights {
  // 1 to 8, ascending; each the lock's id (16 octets) and a name of 1 to 16 octets.
  std::vector<Bytes> doors;
  unsigned depth = 0;            // 0 to 7
  std::optional<unsigned> uses;  // 1 to 65535, doors of one lock
  // [from, to) in minutes of the lock's local week, 0 to 10080 from Monday on; ascending, with gaps
  // between; 1 to 15, or none: always.
  std::vector<std::pair<unsigned, unsigned>> hours;
  std::optional<unsigned> fresh;  // 1 to 8760 hours
  friend bool operator==(const DelegationRights&, const DelegationRights&) = default;
};

// encode_delegation_rights leaves out what is not set.
boost::json::object encode_delegation_rights(const DelegationRights& rights);

// parse_delegation_rights. Errors: invalid.
Result<DelegationRights> parse_delegation_rights(const boost::json::object& rights);

}  // namespace keyferry::transfer
