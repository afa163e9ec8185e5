// The query puts what is in force before what is over, and the newest first, so a bound cuts off
// the oldest.
#include "keyferry/ledger/lists.h"

#include <algorithm>
#include <charconv>

#include "keyferry/ledger/settings.h"

namespace keyferry::ledger {
namespace {

// A share that its holder dropped has `ended` before its window's end; one that ran out needs no
// entry, nor does one without a credential. ?2: until when something must have ended to be over.
constexpr std::string_view kRevoked =
    "SELECT shares.id, credentials.last_end > ?2 AS in_force FROM shares "
    "JOIN credentials ON credentials.share = shares.id "
    "WHERE shares.state IN ('revoked', 'ended') AND shares.valid_until > ?2 AND shares.kind = ?1 "
    "AND (shares.state = 'revoked' OR shares.ended < shares.valid_until) "
    "ORDER BY in_force DESC, coalesce(shares.revoked, shares.ended) DESC, shares.number DESC";

std::uint64_t parse_serial(const std::string& text) {
  std::uint64_t serial = 0;
  std::from_chars(text.data(), text.data() + text.size(), serial);
  return serial;
}

Result<Done> read_own(sql::Database& db, std::string_view kind, Time now, const ListBounds& bounds,
                      ListSnapshot& out) {
  KF_TRY(auto query, db.prepare(kRevoked));
  query.bind(1, kind).bind(2, unix_ms(now - kListedAfterEnd));
  std::size_t in_force = 0;
  std::size_t over = 0;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) return Done{};
    const bool counts = query.integer(1) != 0;
    if ((counts ? in_force : over) == (counts ? bounds.in_force : bounds.over)) {
      ++(counts ? out.cut : out.left_out);
      continue;
    }
    ++(counts ? in_force : over);
    out.revoked.push_back({{}, 0, query.text(0)});
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
                                   bool raise, Time now, const ListBounds& bounds) {
  return ledger.transact(
      [&](sql::Database& db) -> Result<ListSnapshot> {
        ListSnapshot snapshot;
        KF_TRY(snapshot.number, current_list(db, name));
        if (raise || snapshot.number.number == 0) {
          KF_TRY(snapshot.number, raise_list(db, name, now));
        }
        KF_TRY(read_own(db, kind, now, bounds, snapshot));
        KF_TRY(read_foreign(db, snapshot.revoked));
        KF_TRY(snapshot.audit, audit_head(db));
        KF_TRY(const std::int64_t highest, number_setting(db, kHighestSerial, 0));
        snapshot.highest_serial = static_cast<std::uint64_t>(highest);
        return snapshot;
      },
      Space::reserve);
}

}  // namespace keyferry::ledger
