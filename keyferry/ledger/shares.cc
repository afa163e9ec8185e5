// The conditions of a walk are spelled as in the schema's partial indexes: in other words SQLite
// would not use them, and read whole tables.
#include "keyferry/ledger/shares.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/credential/kind.h"
#include "keyferry/ledger/lists.h"

namespace keyferry::ledger {
namespace {

using authority::Path;
using authority::Share;
using authority::ShareId;

// The order of columns that read_row and bind_changing know.
constexpr std::string_view kColumns =
    "id, parent, kind, rights, valid_from, valid_until, link_until, depth, state, pin_mac, "
    "pin_tries, rearms_left, code_number, label, thumbprint, fingerprint, wall_time, created, "
    "claimed, redeemed, locked, revoked, ended, refused, expired, mode";

std::optional<Time> time_at(const sql::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return from_unix_ms(row.integer(column));
}

std::optional<std::int64_t> ms(const std::optional<Time>& time) {
  return time ? std::optional(unix_ms(*time)) : std::nullopt;
}

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

authority::StepTimes read_times(const sql::Statement& row) {
  authority::StepTimes times;
  times.created = from_unix_ms(row.integer(17));
  times.claimed = time_at(row, 18);
  times.redeemed = time_at(row, 19);
  times.locked = time_at(row, 20);
  times.revoked = time_at(row, 21);
  times.ended = time_at(row, 22);
  times.refused = time_at(row, 23);
  times.expired = time_at(row, 24);
  return times;
}

void read_people(const sql::Statement& row, Share& share) {
  if (!row.is_null(9)) {
    authority::PinState pin;
    const Bytes mac = row.blob(9);
    if (mac.size() == pin.mac.size()) std::ranges::copy(mac, pin.mac.begin());
    pin.tries_left = static_cast<int>(row.integer(10));
    share.pin = pin;
  }
  if (row.is_null(14)) return;
  authority::Holder holder;
  if (!row.is_null(13)) holder.label = row.text(13);
  holder.thumbprint = row.text(14);
  holder.fingerprint = row.text(15);
  share.holder = std::move(holder);
}

Result<credential::Rights> parse_stored_rights(std::string_view kind_name, std::string_view text) {
  KF_TRY(const credential::Kind* kind, credential::find_kind(kind_name));
  KF_TRY(auto object, codec::parse_json_object(text));
  return credential::parse_rights(kind->schema(), object);
}

Result<Share> read_row(const sql::Statement& row) {
  KF_TRY(ShareId id, ShareId::parse(row.text(0)));
  Share share{.id = std::move(id)};
  if (!row.is_null(1)) {
    KF_TRY(share.parent, ShareId::parse(row.text(1)));
  }
  share.kind = row.text(2);
  KF_TRY(share.rights, parse_stored_rights(share.kind, row.text(3)));
  share.window = {from_unix_ms(row.integer(4)), from_unix_ms(row.integer(5))};
  share.link_until = from_unix_ms(row.integer(6));
  share.depth = static_cast<int>(row.integer(7));
  KF_TRY(share.state, authority::parse_state(row.text(8)));
  share.rearms_left = static_cast<int>(row.integer(11));
  share.code_number = static_cast<std::uint32_t>(row.integer(12));
  read_people(row, share);
  if (!row.is_null(16)) {
    KF_TRY(share.wall_time, codec::parse_json_object(row.text(16)));
  }
  share.times = read_times(row);
  KF_TRY(share.mode, authority::parse_mode(row.text(25)));
  return share;
}

Result<std::vector<Share>> read_rows(sql::Statement& query) {
  std::vector<Share> shares;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) return shares;
    KF_TRY(auto share, read_row(query));
    shares.push_back(std::move(share));
  }
}

// Parameters 1 to 17: what may change after a share was made.
void bind_changing(sql::Statement& statement, const Share& share) {
  statement.bind(1, std::string_view(share.id.text())).bind(2, encode_state(share.state));
  if (share.pin) {
    statement.bind(3, ByteView(share.pin->mac)).bind(4, std::int64_t{share.pin->tries_left});
  } else {
    statement.bind(3, std::nullopt).bind(4, std::nullopt);
  }
  statement.bind(5, std::int64_t{share.rearms_left}).bind(6, std::int64_t{share.code_number});
  if (share.holder) {
    statement.bind(7, view(share.holder->label));
    statement.bind(8, std::string_view(share.holder->thumbprint));
    statement.bind(9, std::string_view(share.holder->fingerprint));
  } else {
    statement.bind(7, std::nullopt).bind(8, std::nullopt).bind(9, std::nullopt);
  }
  const auto& times = share.times;
  statement.bind(10, ms(times.claimed)).bind(11, ms(times.redeemed)).bind(12, ms(times.locked));
  statement.bind(13, ms(times.revoked)).bind(14, ms(times.ended)).bind(15, ms(times.refused));
  statement.bind(16, ms(times.expired)).bind(17, unix_ms(share.link_until));
}

Result<Done> remember_pin(sql::Database& db, const Share& share) {
  if (!share.pin) return Done{};
  KF_TRY(auto insert,
         db.prepare("INSERT INTO pins (share, mac) VALUES (?1, ?2) ON CONFLICT DO NOTHING"));
  insert.bind(1, std::string_view(share.id.text())).bind(2, ByteView(share.pin->mac));
  return insert.run();
}

std::string select(std::string_view rest) {
  return "SELECT " + std::string(kColumns) + " FROM shares " + std::string(rest);
}

// Words that the partial index shares_live knows. What is live has only live shares above it.
constexpr std::string_view kLive =
    "state IN ('open', 'claimed', 'locked', 'redeemed') AND "
    "CASE state WHEN 'redeemed' THEN valid_until ELSE link_until END > ?2";

// Words that the partial index shares_standing knows.
constexpr std::string_view kStanding =
    "state NOT IN ('revoked', 'refused', 'expired') AND valid_until > ?2";

// walk returns the shares under `id` for which `rule` holds, as it does for all above them.
std::string walk_statement(std::string_view rule) {
  const std::string one(rule);
  return "WITH RECURSIVE tree(id) AS (SELECT id FROM shares WHERE parent = ?1 AND " + one +
         " UNION ALL SELECT shares.id FROM tree JOIN shares ON shares.parent = tree.id AND " + one +
         ") " + select("WHERE id IN (SELECT id FROM tree) ORDER BY number");
}

Result<std::vector<Share>> walk(sql::Database& db, const ShareId& id, std::string_view rule,
                                Time when) {
  KF_TRY(auto query, db.prepare(walk_statement(rule)));
  query.bind(1, std::string_view(id.text())).bind(2, unix_ms(when));
  return read_rows(query);
}

Result<int> count_rows(sql::Database& db, const std::string& rows, const ShareId& id, Time when,
                       int most) {
  KF_TRY(auto query, db.prepare(rows + " LIMIT ?3)"));
  query.bind(1, std::string_view(id.text())).bind(2, unix_ms(when)).bind(3, std::int64_t{most});
  KF_TRY(const bool row, query.step());
  require(row, "a count is a row");
  return static_cast<int>(query.integer(0));
}

}  // namespace

Result<std::optional<Share>> find_share(sql::Database& db, const ShareId& id) {
  KF_TRY(auto query, db.prepare(select("WHERE id = ?1")));
  query.bind(1, std::string_view(id.text()));
  KF_TRY(bool row, query.step());
  if (!row) return std::optional<Share>();
  KF_TRY(auto share, read_row(query));
  return std::optional<Share>(std::move(share));
}

Result<Path> path_of(sql::Database& db, const ShareId& id) {
  Path path;
  std::optional<ShareId> next = id;
  while (next) {
    KF_TRY(auto share, find_share(db, *next));
    if (!share) return fail(Errc::not_found, "there is no such share");
    next = share->parent;
    path.push_back(*std::move(share));
  }
  std::ranges::reverse(path);
  return path;
}

Result<std::vector<Share>> below(sql::Database& db, const ShareId& id) {
  KF_TRY(auto query,
         db.prepare("WITH RECURSIVE tree(id) AS (SELECT id FROM shares WHERE parent = ?1 UNION ALL "
                    "SELECT shares.id FROM shares JOIN tree ON shares.parent = tree.id) " +
                    select("WHERE id IN (SELECT id FROM tree) ORDER BY number")));
  query.bind(1, std::string_view(id.text()));
  return read_rows(query);
}

Result<std::vector<Share>> standing_below(sql::Database& db, const ShareId& id, Time now) {
  return walk(db, id, kStanding, now - kListedAfterEnd);
}

std::string standing_statement() {
  return walk_statement(kStanding);
}

Result<bool> stands_below(sql::Database& db, const ShareId& id, Time now) {
  KF_TRY(auto query, db.prepare("SELECT 1 FROM shares WHERE parent = ?1 AND " +
                                std::string(kStanding) + " LIMIT 1"));
  query.bind(1, std::string_view(id.text())).bind(2, unix_ms(now - kListedAfterEnd));
  return query.step();
}

Result<std::vector<Share>> revoked_with(sql::Database& db, const ShareId& id, Time when) {
  return walk(db, id, "revoked = ?2", when);
}

Result<std::optional<Time>> last_revoked(sql::Database& db, const ShareId& id) {
  KF_TRY(auto query,
         db.prepare("SELECT max(revoked) FROM shares WHERE parent = ?1 AND revoked IS NOT NULL"));
  query.bind(1, std::string_view(id.text()));
  KF_TRY(const bool row, query.step());
  return row ? time_at(query, 0) : std::nullopt;
}

Result<int> live_children(sql::Database& db, const ShareId& id, Time now, int most) {
  const std::string live(kLive);
  return count_rows(db, "SELECT count(*) FROM (SELECT 1 FROM shares WHERE parent = ?1 AND " + live,
                    id, now, most);
}

Result<int> live_branches(sql::Database& db, const ShareId& id, Time now, int most) {
  const std::string live(kLive);
  return count_rows(
      db, "SELECT count(*) FROM (SELECT 1 FROM shares WHERE parent = ?1 AND depth > 0 AND " + live,
      id, now, most);
}

ShareId branch_of(const Path& path, const ShareId& id) {
  return path.size() > 1 ? path[1].id : id;
}

Result<int> made_by(sql::Database& db, const ShareId& id, Time since, int most) {
  return count_rows(db,
                    "SELECT count(*) FROM (SELECT 1 FROM shares WHERE parent = ?1 AND created > ?2",
                    id, since, most);
}

Result<int> made_in(sql::Database& db, const ShareId& id, Time since, int most) {
  return count_rows(db,
                    "SELECT count(*) FROM (SELECT 1 FROM shares WHERE branch = ?1 AND created > ?2",
                    id, since, most);
}

Result<int> live_below(sql::Database& db, const ShareId& id, Time now, int most) {
  const std::string live(kLive);
  return count_rows(
      db,
      "WITH RECURSIVE tree(id) AS (SELECT id FROM shares WHERE parent = ?1 AND " + live +
          " UNION ALL SELECT shares.id FROM tree JOIN shares ON shares.parent = tree.id AND " +
          live + ") SELECT count(*) FROM (SELECT 1 FROM tree",
      id, now, most);
}

Result<std::vector<Share>> all_shares(sql::Database& db) {
  KF_TRY(auto query, db.prepare(select("ORDER BY number")));
  return read_rows(query);
}

Result<std::vector<Share>> shares_after(sql::Database& db, const std::optional<ShareId>& id,
                                        int most) {
  std::int64_t after = 0;
  if (id) {
    KF_TRY(auto place, db.prepare("SELECT number FROM shares WHERE id = ?1"));
    place.bind(1, std::string_view(id->text()));
    KF_TRY(const bool row, place.step());
    if (!row) return fail(Errc::not_found, "there is no such share");
    after = place.integer(0);
  }
  KF_TRY(auto query, db.prepare(select("WHERE number > ?1 ORDER BY number LIMIT ?2")));
  query.bind(1, after).bind(2, std::int64_t{most});
  return read_rows(query);
}

Result<std::vector<Share>> due_shares(sql::Database& db, Time now, int most) {
  KF_TRY(auto query,
         db.prepare(select("WHERE (state IN ('open', 'claimed', 'locked') AND link_until <= ?1) OR "
                           "(state = 'redeemed' AND valid_until <= ?1) ORDER BY number LIMIT ?2")));
  query.bind(1, unix_ms(now)).bind(2, std::int64_t{most});
  return read_rows(query);
}

Result<std::optional<Time>> next_due(sql::Database& db) {
  KF_TRY(
      auto query,
      db.prepare("SELECT min(due) FROM (SELECT min(link_until) AS due FROM shares WHERE state IN "
                 "('open', 'claimed', 'locked') UNION ALL SELECT min(valid_until) FROM shares "
                 "WHERE state = 'redeemed')"));
  KF_TRY(bool row, query.step());
  return row ? time_at(query, 0) : std::nullopt;
}

Result<Done> insert_share(sql::Database& db, const Share& share,
                          const std::optional<ShareId>& branch) {
  KF_TRY(
      auto insert,
      db.prepare(
          "INSERT INTO shares (id, state, pin_mac, pin_tries, rearms_left, code_number, label, "
          "thumbprint, fingerprint, claimed, redeemed, locked, revoked, ended, refused, expired, "
          "link_until, parent, kind, rights, valid_from, valid_until, depth, wall_time, created, "
          "mode, branch) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
          "?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)"));
  bind_changing(insert, share);
  const std::string rights = codec::encode_json(encode_rights(share.rights));
  std::optional<std::string> wall_time;
  if (share.wall_time) wall_time = codec::encode_json(*share.wall_time);
  insert.bind(18,
              share.parent ? std::optional<std::string_view>(share.parent->text()) : std::nullopt);
  insert.bind(19, std::string_view(share.kind)).bind(20, std::string_view(rights));
  insert.bind(21, unix_ms(share.window.from)).bind(22, unix_ms(share.window.until));
  insert.bind(23, std::int64_t{share.depth}).bind(24, view(wall_time));
  insert.bind(25, unix_ms(share.times.created)).bind(26, authority::encode_mode(share.mode));
  insert.bind(27, branch ? std::optional<std::string_view>(branch->text()) : std::nullopt);
  KF_TRY(insert.run());
  return remember_pin(db, share);
}

Result<Done> update_share(sql::Database& db, const Share& share) {
  KF_TRY(auto update,
         db.prepare("UPDATE shares SET state = ?2, pin_mac = ?3, pin_tries = ?4, rearms_left = ?5, "
                    "code_number = ?6, label = ?7, thumbprint = ?8, fingerprint = ?9, claimed = "
                    "?10, redeemed = ?11, locked = ?12, revoked = ?13, ended = ?14, refused = ?15, "
                    "expired = ?16, link_until = ?17 WHERE id = ?1"));
  bind_changing(update, share);
  KF_TRY(update.run());
  return remember_pin(db, share);
}

Result<bool> pin_was_used(sql::Database& db, const ShareId& id, const digest::Sha256& mac) {
  KF_TRY(auto query, db.prepare("SELECT 1 FROM pins WHERE share = ?1 AND mac = ?2"));
  query.bind(1, std::string_view(id.text())).bind(2, ByteView(mac));
  return query.step();
}

}  // namespace keyferry::ledger
