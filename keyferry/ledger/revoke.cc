// One revoke marks all its shares with one instant; asked again, it finds by that what fell with it
// then.
#include "keyferry/ledger/revoke.h"

#include "keyferry/authority/revoke.h"
#include "keyferry/credential/kind.h"
#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/codes.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::Share;
using authority::ShareId;

// revoke_one marks a share revoked and takes its codes and tokens away.
Result<bool> revoke_one(sql::Database& db, Share& share, Time now) {
  if (!authority::revoke(share, now)) return false;
  KF_TRY(update_share(db, share));
  KF_TRY(drop_tokens(db, share.id));
  KF_TRY(append_audit(db, now, "revoked", share.id.text()));
  return true;
}

Result<bool> drop_own(sql::Database& db, Share& share, Time now) {
  if (!authority::drop(share, now)) return false;
  KF_TRY(update_share(db, share));
  KF_TRY(append_audit(db, now, "dropped", share.id.text()));
  return true;
}

Result<ListNumber> number_for(sql::Database& db, const Share& share, bool changed, Time now) {
  KF_TRY(const credential::Kind* kind, credential::find_kind(share.kind));
  if (changed) return raise_list(db, kind->list_name(), now);
  return current_list(db, kind->list_name());
}

void add_hosts(const Share& share, std::set<std::string>& hosts) {
  if (const auto* named = share.rights.texts("hosts")) hosts.insert(named->begin(), named->end());
}

}  // namespace

//= spec:quality#1-revoked
Result<Revoked> revoke_share(sql::Database& db, const Caller& caller, const ShareId& id, Time now) {
  const bool own = caller && *caller == id;
  std::optional<Share> share;
  if (own) {
    KF_TRY(share, find_share(db, id));
    if (!share) return fail(Errc::not_found, "there is no such share");
  } else {
    KF_TRY(auto path, path_below(db, caller, id, now));
    share = std::move(path.back());
  }
  bool changed = false;
  if (own) {
    KF_TRY(changed, drop_own(db, *share, now));
  } else {
    KF_TRY(changed, revoke_one(db, *share, now));
  }
  Revoked revoked{{share->id}, {}, false, {}};
  add_hosts(*share, revoked.hosts);  // nothing below names another
  KF_TRY(auto tree, standing_below(db, id, now));
  for (Share& under : tree) {
    KF_TRY(bool hit, revoke_one(db, under, now));
    changed = changed || hit;
  }
  // Asked again it says what it said.
  const auto when =
      share->state == authority::State::revoked ? share->times.revoked : share->times.ended;
  if (when && !changed) {
    KF_TRY(tree, revoked_with(db, id, *when));
  }
  for (const Share& under : tree) revoked.shares.push_back(under.id);
  revoked.changed = changed;
  KF_TRY(auto number, number_for(db, *share, changed, now));
  revoked.lists.push_back(std::move(number));
  return revoked;
}

Result<bool> revokes_nothing_below(sql::Database& db, const ShareId& above, Time now) {
  KF_TRY(const bool found, stands_below(db, above, now));
  return !found;
}

Result<bool> revokes_nothing(sql::Database& db, const Caller& caller, const ShareId& id, Time now) {
  if (caller && *caller == id) {
    KF_TRY(auto own, find_share(db, id));
    if (!own || authority::drop(*own, now)) return !own;
  } else {
    const auto path = path_below(db, caller, id, now);
    if (!path || path->back().state != authority::State::revoked) return !path;
  }
  return revokes_nothing_below(db, id, now);
}

Result<Revoked> revoke_below(sql::Database& db, const ShareId& caller, Time now) {
  KF_TRY(auto path, path_of(db, caller));
  KF_TRY(authority::check_holder(path, now));
  Revoked revoked;
  KF_TRY(auto tree, standing_below(db, caller, now));
  for (Share& under : tree) {
    KF_TRY(revoke_one(db, under, now));
    revoked.shares.push_back(under.id);
  }
  revoked.changed = !revoked.shares.empty();
  if (!revoked.changed) {
    // Asked again it names the verifiers that the last revoke was for.
    KF_TRY(const auto last, last_revoked(db, caller));
    if (last) {
      KF_TRY(tree, revoked_with(db, caller, *last));
    }
  }
  for (const Share& under : tree) add_hosts(under, revoked.hosts);
  KF_TRY(auto number, number_for(db, path.back(), revoked.changed, now));
  revoked.lists.push_back(std::move(number));
  return revoked;
}

}  // namespace keyferry::ledger
