#include "keyferry/ledger/look.h"

#include <algorithm>

#include "keyferry/authority/change.h"
#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::Path;
using authority::Share;
using authority::ShareId;

Error unknown_share() {
  return fail(Errc::not_found, "there is no such share");
}

Result<Done> check_caller(sql::Database& db, const Caller& caller, Time now) {
  if (!caller) return Done{};
  KF_TRY(auto path, path_of(db, *caller));
  return authority::check_holder(path, now);
}

}  // namespace

//= spec:authority#2-subtree
Result<Path> path_below(sql::Database& db, const Caller& caller, const ShareId& id, Time now) {
  KF_TRY(check_caller(db, caller, now));
  KF_TRY(auto path, path_of(db, id));
  if (!caller) return path;
  const bool is_below = std::any_of(path.begin(), path.end() - 1,
                                    [&](const Share& share) { return share.id == *caller; });
  if (!is_below) return unknown_share();
  return path;
}

Result<std::vector<ShareRecord>> list_shares(sql::Database& db, const Caller& caller, Time now) {
  KF_TRY(check_caller(db, caller, now));
  KF_TRY(auto shares, caller ? below(db, *caller) : all_shares(db));
  return records_of(db, std::move(shares));
}

Result<ShareRecord> share_record(sql::Database& db, const Caller& caller, const ShareId& id,
                                 Time now) {
  KF_TRY(auto path, path_below(db, caller, id, now));
  return record_of(db, std::move(path.back()));
}

Result<ShareRecord> refuse_share(sql::Database& db, const Caller& caller, const ShareId& id,
                                 Time now) {
  KF_TRY(auto path, path_below(db, caller, id, now));
  const auto before = path.back().state;
  KF_TRY(auto share, authority::refuse(std::move(path.back()), now));
  if (share.state != before) {
    KF_TRY(update_share(db, share));
    KF_TRY(append_audit(db, now, "refused", share.id.text()));
  }
  return record_of(db, std::move(share));
}

}  // namespace keyferry::ledger
