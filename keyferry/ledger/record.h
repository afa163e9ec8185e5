// A share with everything that its record shows (docs/authority.md, "Share record").
#pragma once

#include <optional>
#include <vector>

#include "keyferry/authority/issue.h"
#include "keyferry/ledger/credentials.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

// A certificate is renewed for as long as the share lasts; what its record shows stays small.
inline constexpr int kShownCertificates = 16;

struct ShareRecord {
  authority::Share share;
  std::optional<authority::Credential> credential;
  std::vector<SerialWindow> certificates;  // the newest kShownCertificates, the newest last
};

// record_of adds credential and certificates to a share, records_of to each of several.
Result<ShareRecord> record_of(sql::Database& db, authority::Share share);
Result<std::vector<ShareRecord>> records_of(sql::Database& db,
                                            std::vector<authority::Share> shares);

}  // namespace keyferry::ledger
