// What adds a certificate strips the one before of its rights and forgets the oldest, in the same
// transaction.
#include "keyferry/ledger/credentials.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/credential/kind.h"
#include "keyferry/ledger/settings.h"

namespace keyferry::ledger {
namespace {

using authority::Certificate;
using authority::Credential;
using authority::CredentialId;
using authority::ShareId;

Result<std::optional<Credential>> find(sql::Database& db, std::string_view column,
                                       std::string_view value) {
  KF_TRY(auto query,
         db.prepare("SELECT id, share, jwk, thumbprint, dpop_thumbprint FROM credentials "
                    "WHERE " +
                    std::string(column) + " = ?1"));
  query.bind(1, value);
  KF_TRY(bool row, query.step());
  if (!row) return std::optional<Credential>();
  KF_TRY(auto id, CredentialId::parse(query.text(0)));
  KF_TRY(auto share, ShareId::parse(query.text(1)));
  KF_TRY(auto key, authority::parse_key(query.text(2)));
  std::optional<std::string> dpop;
  if (!query.is_null(4)) dpop = query.text(4);
  return std::optional(
      Credential{std::move(id), std::move(share), std::move(key), query.text(3), std::move(dpop)});
}

Result<Done> forget_certificates(sql::Database& db, const CredentialId& credential) {
  KF_TRY(auto forget, db.prepare("DELETE FROM certificates WHERE serial IN (SELECT serial FROM "
                                 "certificates WHERE credential = ?1 AND serial <= (SELECT serial "
                                 "FROM certificates WHERE credential = ?1 ORDER BY serial DESC "
                                 "LIMIT 1 OFFSET ?2) ORDER BY serial LIMIT ?3)"));
  forget.bind(1, std::string_view(credential.text())).bind(2, std::int64_t{kMostCertificates});
  forget.bind(3, std::int64_t{kForgottenAtOnce});
  return forget.run();
}

// Only the newest is ever signed again: those before it need no rights, which may be 24 KB.
Result<Done> strip_last(sql::Database& db, const CredentialId& credential) {
  KF_TRY(auto strip, db.prepare("UPDATE certificates SET rights = '' WHERE serial = (SELECT serial "
                                "FROM certificates WHERE credential = ?1 ORDER BY serial DESC "
                                "LIMIT 1)"));
  strip.bind(1, std::string_view(credential.text()));
  return strip.run();
}

Result<Done> note_end(sql::Database& db, const CredentialId& credential, Time end) {
  KF_TRY(auto note,
         db.prepare("UPDATE credentials SET last_end = max(last_end, ?2) WHERE id = ?1"));
  note.bind(1, std::string_view(credential.text())).bind(2, unix_ms(end));
  return note.run();
}

}  // namespace

Result<Done> insert_credential(sql::Database& db, const Credential& credential) {
  const std::string jwk = authority::encode_key(credential.key);
  KF_TRY(auto insert, db.prepare("INSERT INTO credentials (id, share, jwk, thumbprint, "
                                 "dpop_thumbprint) VALUES (?1, ?2, ?3, ?4, ?5)"));
  insert.bind(1, std::string_view(credential.id.text()));
  insert.bind(2, std::string_view(credential.share.text())).bind(3, std::string_view(jwk));
  insert.bind(4, std::string_view(credential.thumbprint));
  insert.bind(5, credential.dpop_thumbprint
                     ? std::optional<std::string_view>(*credential.dpop_thumbprint)
                     : std::nullopt);
  return insert.run();
}

Result<std::optional<Credential>> find_credential(sql::Database& db, const CredentialId& id) {
  return find(db, "id", id.text());
}

Result<std::optional<Credential>> credential_of(sql::Database& db, const ShareId& share) {
  return find(db, "share", share.text());
}

Result<Done> insert_certificate(sql::Database& db, const CredentialId& credential,
                                const Certificate& certificate) {
  const std::string rights = codec::encode_json(encode_rights(certificate.rights));
  KF_TRY(strip_last(db, credential));
  KF_TRY(auto insert,
         db.prepare("INSERT INTO certificates (serial, credential, ca, nonce, rights, valid_after, "
                    "valid_before, issued) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  insert.bind(1, static_cast<std::int64_t>(certificate.serial));
  insert.bind(2, std::string_view(credential.text())).bind(3, std::string_view(certificate.ca));
  insert.bind(4, ByteView(certificate.random)).bind(5, std::string_view(rights));
  insert.bind(6, unix_ms(certificate.window.from)).bind(7, unix_ms(certificate.window.until));
  insert.bind(8, unix_ms(certificate.issued));
  KF_TRY(insert.run());
  KF_TRY(note_end(db, credential, certificate.window.until));
  return forget_certificates(db, credential);
}

Result<Certificate> newest_certificate(sql::Database& db, const Credential& credential,
                                       std::string_view kind_name) {
  KF_TRY(const credential::Kind* kind, credential::find_kind(kind_name));
  KF_TRY(auto query,
         db.prepare("SELECT serial, ca, nonce, rights, valid_after, valid_before, issued FROM "
                    "certificates WHERE credential = ?1 ORDER BY serial DESC LIMIT 1"));
  query.bind(1, std::string_view(credential.id.text()));
  KF_TRY(bool row, query.step());
  require(row, "a credential has a certificate");
  Certificate certificate;
  certificate.serial = static_cast<std::uint64_t>(query.integer(0));
  certificate.ca = query.text(1);
  certificate.random = query.blob(2);
  KF_TRY(auto rights, codec::parse_json_object(query.text(3)));
  KF_TRY(certificate.rights, credential::parse_rights(kind->schema(), rights));
  certificate.window = {from_unix_ms(query.integer(4)), from_unix_ms(query.integer(5))};
  certificate.issued = from_unix_ms(query.integer(6));
  return certificate;
}

Result<std::vector<SerialWindow>> newest_serials(sql::Database& db, const CredentialId& credential,
                                                 int most) {
  KF_TRY(auto query, db.prepare("SELECT serial, valid_after, valid_before FROM certificates WHERE "
                                "credential = ?1 ORDER BY serial DESC LIMIT ?2"));
  query.bind(1, std::string_view(credential.text())).bind(2, std::int64_t{most});
  std::vector<SerialWindow> newest;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) break;
    newest.push_back({static_cast<std::uint64_t>(query.integer(0)),
                      {from_unix_ms(query.integer(1)), from_unix_ms(query.integer(2))}});
  }
  std::ranges::reverse(newest);
  return newest;
}

//= spec:authority#3-serials
Result<std::uint64_t> next_serial(sql::Database& db, Time now) {
  KF_TRY(std::int64_t highest, number_setting(db, kHighestSerial, 0));
  const std::int64_t serial = std::max(highest + 1, unix_ms(now) * 1000);
  KF_TRY(set_number(db, kHighestSerial, serial));
  return static_cast<std::uint64_t>(serial);
}

}  // namespace keyferry::ledger
