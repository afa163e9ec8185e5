// The head is read in the transaction that appends to it, and transactions run one after another,
// so no two rows follow the same one.
#include "keyferry/ledger/audit.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/codec/ssh_wire.h"

namespace keyferry::ledger {
namespace {

digest::Sha256 link(const AuditHead& before, std::int64_t at, std::string_view event,
                    std::string_view share, std::string_view detail) {
  codec::SshWriter row;
  row.raw(before.hash);
  row.u64(before.number + 1);
  row.u64(static_cast<std::uint64_t>(at));
  row.string(event);
  row.string(share);
  row.string(detail);
  return digest::sha256(row.bytes());
}

digest::Sha256 hash_of(const Bytes& blob) {
  digest::Sha256 hash{};
  if (blob.size() == hash.size()) std::ranges::copy(blob, hash.begin());
  return hash;
}

}  // namespace

Result<AuditHead> audit_head(sql::Database& db) {
  KF_TRY(auto query, db.prepare("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"));
  KF_TRY(bool row, query.step());
  if (!row) return AuditHead{};
  return AuditHead{static_cast<std::uint64_t>(query.integer(0)), hash_of(query.blob(1))};
}

//= spec:authority#1-audit
Result<Done> append_audit(sql::Database& db, Time at, std::string_view event,
                          std::string_view share, const boost::json::object& detail) {
  KF_TRY(AuditHead head, audit_head(db));
  const std::string text = codec::encode_json(detail);
  const digest::Sha256 hash = link(head, unix_ms(at), event, share, text);
  KF_TRY(auto insert, db.prepare("INSERT INTO audit (number, at, event, share, detail, hash) "
                                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  insert.bind(1, static_cast<std::int64_t>(head.number + 1)).bind(2, unix_ms(at)).bind(3, event);
  insert.bind(4, share).bind(5, std::string_view(text)).bind(6, ByteView(hash));
  return insert.run();
}

Result<AuditHead> verify_audit(sql::Database& db) {
  KF_TRY(auto query,
         db.prepare("SELECT number, at, event, share, detail, hash FROM audit ORDER BY number"));
  AuditHead head;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) return head;
    const std::uint64_t number = static_cast<std::uint64_t>(query.integer(0));
    const digest::Sha256 hash =
        link(head, query.integer(1), query.text(2), query.text(3), query.text(4));
    if (number != head.number + 1 || hash != hash_of(query.blob(5))) {
      return fail(Errc::invalid,
                  "the audit log was changed at row " + std::to_string(head.number + 1));
    }
    head = AuditHead{number, hash};
  }
}

Result<bool> audit_holds(sql::Database& db, const digest::Sha256& hash) {
  if (hash == digest::Sha256{}) return true;
  KF_TRY(auto query, db.prepare("SELECT 1 FROM audit WHERE hash = ?1"));
  query.bind(1, ByteView(hash));
  return query.step();
}

}  // namespace keyferry::ledger
