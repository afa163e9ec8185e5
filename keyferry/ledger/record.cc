#include "keyferry/ledger/record.h"

namespace keyferry::ledger {

Result<ShareRecord> record_of(sql::Database& db, authority::Share share) {
  ShareRecord record{std::move(share), std::nullopt, {}};
  KF_TRY(record.credential, credential_of(db, record.share.id));
  if (record.credential) {
    KF_TRY(record.certificates, newest_serials(db, record.credential->id, kShownCertificates));
  }
  return record;
}

Result<std::vector<ShareRecord>> records_of(sql::Database& db,
                                            std::vector<authority::Share> shares) {
  std::vector<ShareRecord> records;
  for (auto& share : shares) {
    KF_TRY(auto record, record_of(db, std::move(share)));
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace keyferry::ledger
