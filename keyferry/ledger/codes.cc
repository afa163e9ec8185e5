// Tokens on the disk and tokens in memory are two tables of one form, which are read as one.
#include "keyferry/ledger/codes.h"

namespace keyferry::ledger {
namespace {

using authority::AccessToken;
using authority::ShareId;
using authority::TokenUse;

std::string_view encode_use(TokenUse use) {
  return use == TokenUse::redeem ? "redeem" : "holder";
}

Result<std::optional<FoundCode>> find(sql::Database& db, std::string_view column,
                                      const digest::Sha256& hash) {
  KF_TRY(auto query, db.prepare("SELECT share, number, live, used, used_by FROM codes WHERE " +
                                std::string(column) + " = ?1"));
  query.bind(1, ByteView(hash));
  KF_TRY(bool row, query.step());
  if (!row) return std::optional<FoundCode>();
  KF_TRY(auto share, ShareId::parse(query.text(0)));
  authority::Code code;
  code.number = static_cast<std::uint32_t>(query.integer(1));
  code.live = query.integer(2) == 1;
  if (!query.is_null(3)) code.used = from_unix_ms(query.integer(3));
  if (!query.is_null(4)) code.used_by = query.text(4);
  return std::optional(FoundCode{std::move(share), std::move(code)});
}

}  // namespace

Result<std::optional<FoundCode>> find_code(sql::Database& db, const digest::Sha256& hash) {
  return find(db, "hash", hash);
}

Result<std::optional<FoundCode>> find_handle(sql::Database& db, const digest::Sha256& hash) {
  return find(db, "handle", hash);
}

Result<Done> replace_code(sql::Database& db, const authority::Share& share,
                          const digest::Sha256& code, const std::optional<digest::Sha256>& handle) {
  // A code that was replaced is answered like one that never was.
  KF_TRY(auto retire, db.prepare("DELETE FROM codes WHERE share = ?1"));
  retire.bind(1, std::string_view(share.id.text()));
  KF_TRY(retire.run());
  KF_TRY(drop_tokens(db, share.id));
  KF_TRY(auto insert, db.prepare("INSERT INTO codes (hash, share, number, live, handle) "
                                 "VALUES (?1, ?2, ?3, 1, ?4)"));
  insert.bind(1, ByteView(code)).bind(2, std::string_view(share.id.text()));
  insert.bind(3, std::int64_t{share.code_number});
  insert.bind(4, handle ? std::optional<ByteView>(*handle) : std::nullopt);
  return insert.run();
}

Result<Done> update_code(sql::Database& db, const FoundCode& code) {
  KF_TRY(auto update, db.prepare("UPDATE codes SET used = ?3, used_by = ?4 WHERE share = ?1 AND "
                                 "number = ?2"));
  update.bind(1, std::string_view(code.share.text())).bind(2, std::int64_t{code.code.number});
  update.bind(3, code.code.used ? std::optional(unix_ms(*code.code.used)) : std::nullopt);
  update.bind(
      4, code.code.used_by ? std::optional<std::string_view>(*code.code.used_by) : std::nullopt);
  return update.run();
}

Result<Done> insert_token(sql::Database& db, const digest::Sha256& hash, const AccessToken& token,
                          Keep keep) {
  KF_TRY(auto insert, db.prepare(std::string("INSERT INTO ") +
                                 (keep == Keep::disk ? "tokens" : "memory_tokens") +
                                 " (hash, share, use, thumbprint, spent, expires) "
                                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  insert.bind(1, ByteView(hash)).bind(2, std::string_view(token.share.text()));
  insert.bind(3, encode_use(token.use));
  insert.bind(4,
              token.thumbprint ? std::optional<std::string_view>(*token.thumbprint) : std::nullopt);
  insert.bind(5, std::int64_t{token.spent ? 1 : 0}).bind(6, unix_ms(token.expires));
  return insert.run();
}

Result<std::optional<AccessToken>> find_token(sql::Database& db, const digest::Sha256& hash) {
  KF_TRY(auto query, db.prepare("SELECT share, use, thumbprint, spent, expires FROM tokens "
                                "WHERE hash = ?1 UNION ALL SELECT share, use, thumbprint, spent, "
                                "expires FROM memory_tokens WHERE hash = ?1"));
  query.bind(1, ByteView(hash));
  KF_TRY(bool row, query.step());
  if (!row) return std::optional<AccessToken>();
  KF_TRY(auto share, ShareId::parse(query.text(0)));
  AccessToken token{.share = std::move(share)};
  token.use = query.text(1) == "redeem" ? TokenUse::redeem : TokenUse::holder;
  if (!query.is_null(2)) token.thumbprint = query.text(2);
  token.spent = query.integer(3) != 0;
  token.expires = from_unix_ms(query.integer(4));
  return std::optional(std::move(token));
}

Result<Done> spend_token(sql::Database& db, const digest::Sha256& hash) {
  KF_TRY(auto update, db.prepare("UPDATE tokens SET spent = 1 WHERE hash = ?1"));
  update.bind(1, ByteView(hash));
  return update.run();
}

Result<Done> drop_tokens(sql::Database& db, const ShareId& share) {
  KF_TRY(auto drop, db.prepare("DELETE FROM tokens WHERE share = ?1 AND use = 'redeem'"));
  drop.bind(1, std::string_view(share.text()));
  return drop.run();
}

}  // namespace keyferry::ledger
