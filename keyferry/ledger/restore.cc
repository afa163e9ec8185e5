// A merge only raises numbers and only adds entries, so lists may come in any order, and twice.
#include "keyferry/ledger/restore.h"

#include <algorithm>
#include <limits>

#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/lists.h"
#include "keyferry/ledger/revoke.h"
#include "keyferry/ledger/settings.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;
using authority::State;

// What was issued after the backup and not revoked is on no list: new serials begin well above it.
constexpr std::int64_t kSerialsAfterBackup = std::int64_t{1} << 32;

Result<Done> expire_unredeemed(sql::Database& db, Time now) {
  KF_TRY(auto shares, all_shares(db));
  for (auto& share : shares) {
    if (share.state != State::open && share.state != State::claimed &&
        share.state != State::locked) {
      continue;
    }
    share.state = State::expired;
    share.times.expired = now;
    KF_TRY(update_share(db, share));
    KF_TRY(append_audit(db, now, "expired", share.id.text(), {{"by", "restore"}}));
  }
  return Done{};
}

Result<Done> insert_foreign(sql::Database& db, std::string_view sql, std::string_view ca,
                            std::string_view value) {
  KF_TRY(auto insert, db.prepare(sql));
  insert.bind(1, ca).bind(2, value);
  return insert.run();
}

// revoke_known revokes the share of that id, if the ledger has it.
Result<Done> revoke_known(sql::Database& db, std::string_view key_id, Time now) {
  const auto id = ShareId::parse(key_id);
  if (!id) return Done{};
  KF_TRY(auto share, find_share(db, *id));
  if (!share) return Done{};
  KF_TRY(revoke_share(db, std::nullopt, *id, now));
  return Done{};
}

Result<Done> merge_section(sql::Database& db, const SeenList::Section& section, Time now) {
  for (std::uint64_t serial : section.serials) {
    KF_TRY(insert_foreign(db,
                          "INSERT INTO foreign_serials (ca, serial) VALUES (?1, ?2) "
                          "ON CONFLICT DO NOTHING",
                          section.ca, std::to_string(serial)));
  }
  for (const auto& key_id : section.key_ids) {
    KF_TRY(insert_foreign(db,
                          "INSERT INTO foreign_key_ids (ca, key_id) VALUES (?1, ?2) "
                          "ON CONFLICT DO NOTHING",
                          section.ca, key_id));
    KF_TRY(revoke_known(db, key_id, now));
  }
  return Done{};
}

Result<Done> raise_serials(sql::Database& db, std::uint64_t seen) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (seen >= most) return Done{};  // none of ours
  KF_TRY(std::int64_t highest, number_setting(db, kHighestSerial, 0));
  return set_number(db, kHighestSerial, std::max(highest, static_cast<std::int64_t>(seen)));
}

}  // namespace

Result<Done> mark_restored(Ledger& ledger, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(std::int64_t highest, number_setting(db, kHighestSerial, 0));
    KF_TRY(set_number(db, kHighestSerial, highest + kSerialsAfterBackup));
    KF_TRY(std::int64_t epoch, number_setting(db, kEpoch, 1));
    KF_TRY(set_number(db, kEpoch, epoch + 1));
    KF_TRY(set_number(db, kUnmerged, 1));
    KF_TRY(append_audit(db, now, "restored", "", {{"epoch", epoch + 1}}));
    return expire_unredeemed(db, now);
  });
}

Result<Done> merge_list(Ledger& ledger, const SeenList& list, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(std::int64_t epoch, number_setting(db, kEpoch, 1));
    KF_TRY(set_number(db, kEpoch, std::max(epoch, list.epoch + 1)));
    KF_TRY(raise_serials(db, list.highest_serial));
    for (const auto& section : list.sections) {
      KF_TRY(merge_section(db, section, now));
    }
    return append_audit(db, now, "merged", "",
                        {{"list", list.name}, {"epoch", list.epoch}, {"number", list.number}});
  });
}

Result<Done> mark_merged(Ledger& ledger, bool accepted, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(set_number(db, kUnmerged, 0));
    if (!accepted) return Done{};
    return append_audit(db, now, "loss_accepted", "");
  });
}

}  // namespace keyferry::ledger
