// A page begins behind a share's number and not at an offset, so shares that come or go between two
// pages move nothing.
#include "keyferry/ledger/page.h"

#include "keyferry/authority/share.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::ShareId;

// Parameters: ?1 caller, ?2 after, ?3 children_of, ?4 now or NULL, ?5 prefix.
constexpr std::string_view kTree =
    "WITH RECURSIVE tree(id, number) AS (SELECT id, number FROM shares WHERE parent = ?1 UNION ALL "
    "SELECT shares.id, shares.number FROM shares JOIN tree ON shares.parent = tree.id) ";
constexpr std::string_view kFitting =
    " FROM shares WHERE id IN (SELECT id FROM tree) AND "
    "(?2 IS NULL OR number > (SELECT number FROM tree WHERE id = ?2)) AND "
    "(?3 IS NULL OR parent = ?3) AND (?4 IS NULL OR "
    "(state IN ('open', 'claimed', 'locked') AND link_until > ?4) OR "
    "(state = 'redeemed' AND valid_until > ?4)) AND substr(id, 1, length(?5)) = ?5 ";

std::optional<std::string_view> text_of_id(const std::optional<ShareId>& id) {
  return id ? std::optional<std::string_view>(id->text()) : std::nullopt;
}

Result<sql::Statement> ask(sql::Database& db, std::string_view what, std::string_view rest,
                           const ShareId& caller, const PageWish& wish, Time now) {
  KF_TRY(auto query, db.prepare(std::string(kTree) + std::string(what) + std::string(kFitting) +
                                std::string(rest)));
  query.bind(1, std::string_view(caller.text()));
  query.bind(2, text_of_id(wish.after)).bind(3, text_of_id(wish.children_of));
  query.bind(4, wish.live ? std::optional(unix_ms(now)) : std::nullopt);
  query.bind(5, std::string_view(wish.id_prefix));
  return query;
}

}  // namespace

Result<Page> page_below(sql::Database& db, const ShareId& caller, const PageWish& wish, Time now) {
  KF_TRY(auto path, path_of(db, caller));
  KF_TRY(authority::check_holder(path, now));
  KF_TRY(auto count, ask(db, "SELECT count(*)", "", caller, wish, now));
  KF_TRY(count.step());
  KF_TRY(auto query, ask(db, "SELECT id", "ORDER BY number LIMIT ?6", caller, wish, now));
  query.bind(6, std::int64_t{wish.limit});
  std::vector<authority::Share> shares;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) break;
    KF_TRY(auto id, ShareId::parse(query.text(0)));
    KF_TRY(auto share, find_share(db, id));
    require(share.has_value(), "a share that was just listed exists");
    shares.push_back(*std::move(share));
  }
  Page page;
  page.more = count.integer(0) - static_cast<std::int64_t>(shares.size());
  KF_TRY(page.records, records_of(db, std::move(shares)));
  return page;
}

}  // namespace keyferry::ledger
