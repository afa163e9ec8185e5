// A jti is the key of its table, so the database refuses a second one even where nobody looked
// first.
#include "keyferry/ledger/once.h"

#include <algorithm>

namespace keyferry::ledger {

Result<bool> jti_seen(sql::Database& db, const digest::Sha256& jti) {
  KF_TRY(auto query, db.prepare("SELECT 1 FROM jtis WHERE hash = ?1 UNION ALL "
                                "SELECT 1 FROM memory_jtis WHERE hash = ?1"));
  query.bind(1, ByteView(jti));
  return query.step();
}

Result<Done> store_jti(sql::Database& db, const digest::Sha256& jti, Time forget, Keep keep) {
  KF_TRY(auto insert,
         db.prepare(std::string("INSERT INTO ") + (keep == Keep::disk ? "jtis" : "memory_jtis") +
                    " (hash, forget) VALUES (?1, ?2)"));
  insert.bind(1, ByteView(jti)).bind(2, unix_ms(forget));
  return insert.run();
}

Result<std::optional<authority::ShareId>> find_idempotent(sql::Database& db,
                                                          const IdempotentRequest& request) {
  KF_TRY(auto query, db.prepare("SELECT body, share FROM idempotency WHERE key = ?1"));
  query.bind(1, ByteView(request.key));
  KF_TRY(bool row, query.step());
  if (!row) return std::optional<authority::ShareId>();
  if (!std::ranges::equal(query.blob(0), request.body)) {
    return fail(Errc::unprocessable, "this Idempotency-Key came with another body before",
                "idempotency_key");
  }
  KF_TRY(auto share, authority::ShareId::parse(query.text(1)));
  return std::optional(std::move(share));
}

Result<Done> store_idempotent(sql::Database& db, const IdempotentRequest& request,
                              const authority::ShareId& share, Time now) {
  KF_TRY(auto insert, db.prepare("INSERT INTO idempotency (key, body, share, forget) "
                                 "VALUES (?1, ?2, ?3, ?4)"));
  insert.bind(1, ByteView(request.key)).bind(2, ByteView(request.body));
  insert.bind(3, std::string_view(share.text())).bind(4, unix_ms(now + kIdempotencyMemory));
  return insert.run();
}

namespace {

Result<Done> forget(sql::Database& db, std::initializer_list<std::string_view> deletes, Time now) {
  for (std::string_view sql : deletes) {
    KF_TRY(auto statement, db.prepare(sql));
    statement.bind(1, unix_ms(now));
    KF_TRY(statement.run());
  }
  return Done{};
}

}  // namespace

Result<Done> forget_old(sql::Database& db, Time now) {
  return forget(
      db,
      {"DELETE FROM jtis WHERE forget <= ?1", "DELETE FROM idempotency WHERE forget <= ?1",
       "DELETE FROM tokens WHERE expires <= ?1"},
      now);
}

Result<Done> forget_memory(sql::Database& db, Time now) {
  return forget(db,
                {"DELETE FROM memory_jtis WHERE forget <= ?1",
                 "DELETE FROM memory_tokens WHERE expires <= ?1"},
                now);
}

}  // namespace keyferry::ledger
