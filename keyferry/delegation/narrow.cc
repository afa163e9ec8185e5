// One right after the other, in the order of the lock's reasons; the depth alone is not taken over
// as it is but one less.
#include "keyferry/delegation/narrow.h"

#include <algorithm>

namespace keyferry::delegation {
namespace {

Error wider(std::string reason, std::string_view what) {
  return fail(Errc::forbidden, "the delegation is wider than it may be: " + std::string(what),
              std::move(reason));
}

bool has_door(const std::vector<Bytes>& doors, const Bytes& door) {
  return std::find(doors.begin(), doors.end(), door) != doors.end();
}

bool doors_are_in(const std::vector<Bytes>& inner, const std::vector<Bytes>& outer) {
  return std::all_of(inner.begin(), inner.end(),
                     [&](const Bytes& door) { return has_door(outer, door); });
}

bool are_of_one_lock(const std::vector<Bytes>& doors) {
  return std::all_of(doors.begin(), doors.end(), [&](const Bytes& door) {
    return std::equal(door.begin(), door.begin() + kIdSize, doors.front().begin());
  });
}

// No hours are all hours.
bool hours_are_in(const Hours& inner, const Hours& outer) {
  if (outer.empty()) return true;
  return !inner.empty() && std::all_of(inner.begin(), inner.end(), [&](const auto& one) {
    return std::any_of(outer.begin(), outer.end(), [&](const auto& around) {
      return around.first <= one.first && one.second <= around.second;
    });
  });
}

bool is_at_most(const std::optional<unsigned>& inner, const std::optional<unsigned>& outer) {
  return !outer || (inner && *inner <= *outer);
}

Result<unsigned> depth_below(unsigned above, const Claims& claims, std::size_t at) {
  if (at == 0) return claims.depth.value_or(0);
  if (above == 0) return wider("depth", "it may not be passed on (depth)");
  const unsigned depth = claims.depth.value_or(above - 1);
  if (depth > above - 1) return wider("depth", "it may be passed on further (depth)");
  return depth;
}

}  // namespace

Result<Effective> narrow(const Effective& above, const Claims& claims, std::size_t at) {
  const bool root = at == 0;
  Effective out = above;
  if (!root && (claims.nbf < above.nbf || claims.exp > above.exp)) {
    return wider("window", "it begins earlier or ends later (nbf, exp)");
  }
  out.nbf = claims.nbf;
  out.exp = claims.exp;
  KF_TRY(out.rights.depth, depth_below(above.rights.depth, claims, at));
  if (!claims.doors.empty()) {
    if (!root && !doors_are_in(claims.doors, above.rights.doors)) {
      return wider("doors", "it has other doors (doors)");
    }
    out.rights.doors = claims.doors;
  }
  if (claims.uses) {
    if (at > 1 || !is_at_most(claims.uses, above.rights.uses) ||
        !are_of_one_lock(out.rights.doors)) {
      return wider("uses", "it counts openings otherwise (uses)");
    }
    out.rights.uses = claims.uses;
  }
  if (!claims.hours.empty()) {
    if (!hours_are_in(claims.hours, above.rights.hours)) {
      return wider("hours", "it has other hours (hours)");
    }
    out.rights.hours = claims.hours;
  }
  if (claims.fresh) {
    if (!is_at_most(claims.fresh, above.rights.fresh)) {
      return wider("fresh", "it allows older deny lists (fresh)");
    }
    out.rights.fresh = claims.fresh;
  }
  return out;
}

Result<Done> check_inside(const Effective& inner, const Effective& outer) {
  if (inner.nbf < outer.nbf || inner.exp > outer.exp) {
    return wider("window", "it begins earlier or ends later (nbf, exp)");
  }
  if (inner.rights.depth > outer.rights.depth) return wider("depth", "it may be passed on further");
  if (!doors_are_in(inner.rights.doors, outer.rights.doors)) {
    return wider("doors", "it has other doors (doors)");
  }
  if (!is_at_most(inner.rights.uses, outer.rights.uses)) {
    return wider("uses", "it has more openings (uses)");
  }
  if (!hours_are_in(inner.rights.hours, outer.rights.hours)) {
    return wider("hours", "it has other hours (hours)");
  }
  if (!is_at_most(inner.rights.fresh, outer.rights.fresh)) {
    return wider("fresh", "it allows older deny lists (fresh)");
  }
  return Done{};
}

}  // namespace keyferry::delegation
