// The tables of credentials (one a share) and their certificates (one a serial).
#pragma once

#include <optional>
#include <vector>

#include "keyferry/authority/issue.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

// insert_credential. Errors: conflict if the share has one already: the database itself holds that
// a share is redeemed once. find_credential looks by id, credential_of by share.
Result<Done> insert_credential(sql::Database& db, const authority::Credential& credential);
Result<std::optional<authority::Credential>> find_credential(sql::Database& db,
                                                             const authority::CredentialId& id);
Result<std::optional<authority::Credential>> credential_of(sql::Database& db,
                                                           const authority::ShareId& share);

// insert_certificate keeps the newest kMostCertificates of the credential: those before have long
// been over, and the audit log names their serials. Of many more it deletes kForgottenAtOnce.
inline constexpr int kMostCertificates = 256;
inline constexpr int kForgottenAtOnce = 1000;
Result<Done> insert_certificate(sql::Database& db, const authority::CredentialId& credential,
                                const authority::Certificate& certificate);

// newest_certificate returns the one with the highest serial: every credential has one.
Result<authority::Certificate> newest_certificate(sql::Database& db,
                                                  const authority::Credential& credential,
                                                  std::string_view kind);

// SerialWindow is what a share's record shows of a certificate.
struct SerialWindow {
  std::uint64_t serial = 0;
  credential::Window window;
};
// newest_serials returns the newest `most`, the newest last.
Result<std::vector<SerialWindow>> newest_serials(sql::Database& db,
                                                 const authority::CredentialId& credential,
                                                 int most);

// next_serial takes the next serial: above every one that this ledger or a merged list has seen,
// and at least the clock in microseconds, so that even a ledger restored from an old copy repeats
// none. Fits in 63 bits, never 0.
Result<std::uint64_t> next_serial(sql::Database& db, Time now);

}  // namespace keyferry::ledger
