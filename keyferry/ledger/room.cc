// Every count ends at the bound that it is held against, so a refusal costs no more than the bound.
#include "keyferry/ledger/room.h"

#include <algorithm>

#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::Path;

constexpr Duration kDay = std::chrono::hours(24);
constexpr int kMostBranches = 1'000'000;

Error too_many(std::string detail) {
  return fail(Errc::forbidden, std::move(detail), "too_many_shares");
}

Result<Done> check_own(sql::Database& db, const Path& above, int most, Time now) {
  if (most == 0) return Done{};
  KF_TRY(const int own, live_children(db, above.back().id, now, most));
  if (own < most) return Done{};
  return too_many("you share this with " + std::to_string(own) +
                  " already, as many as its authority allows; revoke one first");
}

// part_of divides what the branches right below `above` may hold together.
Result<int> part_of(sql::Database& db, const authority::ShareId& above, bool is_root, int all,
                    Time now) {
  KF_TRY(const int branches, live_branches(db, above, now, kMostBranches));
  return std::max(1, all / std::max(1, is_root ? branches : branches + 1));
}

Result<Done> check_branches(sql::Database& db, const Path& above, int all, Time now) {
  if (all == 0) return Done{};
  int part = all;
  for (std::size_t i = 1; i < above.size(); ++i) {
    KF_TRY(part, part_of(db, above[i - 1].id, i == 1, part, now));
    KF_TRY(const int held, live_below(db, above[i].id, now, part));
    if (held < part) continue;
    const std::string whose = i + 1 == above.size() ? "you" : "somebody above you";
    return too_many("what " + whose + " may pass on is divided among those who pass it on: " +
                    std::to_string(held) + " shares are this part; revoke some first");
  }
  return Done{};
}

Result<Done> check_day(sql::Database& db, const Path& above, int most, Time now) {
  if (most == 0) return Done{};
  KF_TRY(int made, made_by(db, above.back().id, now - kDay, most));
  if (made < most && above.size() > 1) {
    KF_TRY(made, made_in(db, above[1].id, now - kDay, most));
  }
  if (made < most) return Done{};
  return too_many(
      std::to_string(made) +
      " shares were made in 24 hours, as many as the authority allows; try again later");
}

// most_live is what all branches below one root may hold, however they come one after another (see
// check_room), and the branches themselves.
double most_live(const ShareLimits& limits) {
  const ShareLimits shipped;
  const int per_root = limits.per_root == 0 ? shipped.per_root : limits.per_root;
  const int branches = limits.per_holder == 0 ? shipped.per_holder : limits.per_holder;
  double shares = branches;
  for (int i = 1; i <= branches; ++i) shares += std::max(1.0, static_cast<double>(per_root) / i);
  return shares;
}

}  // namespace

std::size_t reserve_for(const ShareLimits& limits) {
  constexpr std::size_t kElse = 8 << 20;
  return kElse + static_cast<std::size_t>(most_live(limits)) * kRevokeOctets;
}

Result<Done> check_room(sql::Database& db, const Path& above, const ShareLimits& limits, Time now) {
  KF_TRY(check_own(db, above, limits.per_holder, now));
  KF_TRY(check_branches(db, above, limits.per_root, now));
  return check_day(db, above, limits.per_day, now);
}

}  // namespace keyferry::ledger
