#include "keyferry/ledger/lists.h"

#include <algorithm>
#include <charconv>

#include "keyferry/ledger/settings.h"

namespace keyferry::ledger {
namespace {

// A share that its holder dropped has `ended` before its window's end; one that ran out needs no
// entry.
constexpr std::string_view kRevoked =
    "SELECT certificates.ca, certificates.serial, shares.id FROM certificates "
    "JOIN credentials ON credentials.id = certificates.credential "
    "JOIN shares ON shares.id = credentials.share "
    "WHERE shares.kind = ?1 AND certificates.valid_before > ?2 AND "
    "(shares.state = 'revoked' OR (shares.state = 'ended' AND shares.ended < shares.valid_until)) "
    "ORDER BY certificates.serial";

std::uint64_t parse_serial(const std::string& text) {
  std::uint64_t serial = 0;
  std::from_chars(text.data(), text.data() + text.size(), serial);
  return serial;
}

Result<Done> read_own(sql::Database& db, std::string_view kind, Time now,
                      std::vector<RevokedEntry>& out) {
  KF_TRY(auto query, db.prepare(kRevoked));
  query.bind(1, kind).bind(2, unix_ms(now - kListedAfterEnd));
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) return Done{};
    out.push_back({query.text(0), static_cast<std::uint64_t>(query.integer(1)), query.text(2)});
  }
}

Result<Done> read_foreign(sql::Database& db, std::vector<RevokedEntry>& out) {
  KF_TRY(auto serials, db.prepare("SELECT ca, serial FROM foreign_serials"));
  while (true) {
    KF_TRY(bool row, serials.step());
    if (!row) break;
    out.push_back({serials.text(0), parse_serial(serials.text(1)), {}});
  }
  KF_TRY(auto key_ids, db.prepare("SELECT ca, key_id FROM foreign_key_ids"));
  while (true) {
    KF_TRY(bool row, key_ids.step());
    if (!row) return Done{};
    out.push_back({key_ids.text(0), 0, key_ids.text(1)});
  }
}

}  // namespace

Result<ListNumber> current_list(sql::Database& db, std::string_view name) {
  KF_TRY(std::int64_t epoch, number_setting(db, kEpoch, 1));
  KF_TRY(auto query, db.prepare("SELECT number FROM lists WHERE name = ?1"));
  query.bind(1, name);
  KF_TRY(bool row, query.step());
  return ListNumber{std::string(name), epoch, row ? query.integer(0) : 0};
}

Result<ListNumber> raise_list(sql::Database& db, std::string_view name, Time now) {
  KF_TRY(ListNumber list, current_list(db, name));
  list.number = std::max(list.number + 1, unix_ms(now));
  KF_TRY(auto set, db.prepare("INSERT INTO lists (name, number) VALUES (?1, ?2) "
                              "ON CONFLICT (name) DO UPDATE SET number = excluded.number"));
  set.bind(1, name).bind(2, list.number);
  KF_TRY(set.run());
  return list;
}

Result<ListSnapshot> snapshot_list(Ledger& ledger, std::string_view name, std::string_view kind,
                                   bool raise, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<ListSnapshot> {
    ListSnapshot snapshot;
    KF_TRY(snapshot.number, current_list(db, name));
    if (raise || snapshot.number.number == 0) {
      KF_TRY(snapshot.number, raise_list(db, name, now));
    }
    KF_TRY(read_own(db, kind, now, snapshot.revoked));
    KF_TRY(read_foreign(db, snapshot.revoked));
    KF_TRY(snapshot.audit, audit_head(db));
    return snapshot;
  });
}

}  // namespace keyferry::ledger
