// The INSERT itself asks whether the verifier is still recorded, so one that was removed meanwhile
// leaves no row.
#include "keyferry/ledger/verifiers.h"

#include "keyferry/authority/issue.h"
#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/hosts.h"

namespace keyferry::ledger {
namespace {

Result<std::string> text_of_row(sql::Database& db, std::string_view sql, std::string_view value) {
  KF_TRY(auto query, db.prepare(sql));
  query.bind(1, value);
  KF_TRY(bool row, query.step());
  return row ? query.text(0) : std::string();
}

Result<Done> check_new(sql::Database& db, const Verifier& verifier, bool replace, bool known) {
  KF_TRY(auto host, find_host(db, verifier.name));
  if (!host) {
    return fail(Errc::not_found, "no host is called " + verifier.name +
                                     "; name it first (host add), a verifier has its host's name");
  }
  if (known && !replace) {
    return fail(Errc::conflict,
                "a verifier is recorded for " + verifier.name + "; --replace changes its key",
                "exists");
  }
  KF_TRY(auto owner,
         text_of_row(db, "SELECT name FROM verifiers WHERE thumbprint = ?1", verifier.thumbprint));
  if (!owner.empty() && owner != verifier.name) {
    return fail(Errc::conflict,
                "that key is the one of " + owner +
                    "; every verifier makes its own (keyferry-verifier init)",
                "exists");
  }
  return Done{};
}

Result<Done> insert_verifier(sql::Database& db, const Verifier& verifier) {
  // What the old key said goes with it (ON DELETE CASCADE).
  KF_TRY(auto remove, db.prepare("DELETE FROM verifiers WHERE name = ?1"));
  remove.bind(1, std::string_view(verifier.name));
  KF_TRY(remove.run());
  KF_TRY(auto insert,
         db.prepare("INSERT INTO verifiers (name, jwk, thumbprint) VALUES (?1, ?2, ?3)"));
  const std::string jwk = authority::encode_key(verifier.key);
  insert.bind(1, std::string_view(verifier.name)).bind(2, std::string_view(jwk));
  insert.bind(3, std::string_view(verifier.thumbprint));
  return insert.run();
}

}  // namespace

Result<Done> add_verifier(Ledger& ledger, const Verifier& verifier, bool replace, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(auto before,
           text_of_row(db, "SELECT thumbprint FROM verifiers WHERE name = ?1", verifier.name));
    KF_TRY(check_new(db, verifier, replace, !before.empty()));
    if (before == verifier.thumbprint) return Done{};
    KF_TRY(insert_verifier(db, verifier));
    return append_audit(db, now, before.empty() ? "verifier_added" : "verifier_replaced", "",
                        {{"name", verifier.name}, {"thumbprint", verifier.thumbprint}});
  });
}

Result<Done> remove_verifier(Ledger& ledger, std::string_view name, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(auto remove, db.prepare("DELETE FROM verifiers WHERE name = ?1"));
    remove.bind(1, name);
    KF_TRY(remove.run());
    if (db.changes() == 0) {
      return fail(Errc::not_found, "no verifier is recorded for " + std::string(name) +
                                       "; verifier list shows them");
    }
    return append_audit(db, now, "verifier_removed", "", {{"name", name}});
  });
}

Result<std::vector<Verifier>> all_verifiers(sql::Database& db) {
  KF_TRY(auto query, db.prepare("SELECT name, jwk, thumbprint FROM verifiers ORDER BY name"));
  std::vector<Verifier> verifiers;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) return verifiers;
    KF_TRY(auto key, authority::parse_key(query.text(1)));
    verifiers.push_back({query.text(0), std::move(key), query.text(2)});
  }
}

Result<std::vector<HeardVerifier>> all_heard(sql::Database& db) {
  KF_TRY(auto query, db.prepare("SELECT thumbprint, list, epoch, number, issued, taken, after_ms, "
                                "heard FROM heard_verifiers"));
  std::vector<HeardVerifier> all;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) return all;
    HeardVerifier heard{query.text(0), query.text(1), {}, {}, std::nullopt, {}};
    heard.said = {{query.integer(2), query.integer(3)}, from_unix_ms(query.integer(4))};
    heard.taken = from_unix_ms(query.integer(5));
    if (!query.is_null(6)) heard.after = Duration(query.integer(6));
    heard.heard = from_unix_ms(query.integer(7));
    all.push_back(std::move(heard));
  }
}

Result<Done> store_heard(Ledger& ledger, const std::vector<HeardVerifier>& heard) {
  return ledger.transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(auto insert,
           db.prepare("INSERT OR REPLACE INTO heard_verifiers (thumbprint, list, epoch, number, "
                      "issued, taken, after_ms, heard) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 "
                      "WHERE EXISTS (SELECT 1 FROM verifiers WHERE thumbprint = ?1)"));
    for (const auto& one : heard) {
      std::optional<std::int64_t> after;
      if (one.after) after = one.after->count();
      insert.bind(1, std::string_view(one.thumbprint)).bind(2, std::string_view(one.list));
      insert.bind(3, one.said.position.epoch).bind(4, one.said.position.number);
      insert.bind(5, unix_ms(one.said.issued)).bind(6, unix_ms(one.taken)).bind(7, after);
      insert.bind(8, unix_ms(one.heard));
      KF_TRY(insert.run());
    }
    return Done{};
  });
}

}  // namespace keyferry::ledger
