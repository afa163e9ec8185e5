// The tables of credentials (one a share) and their certificates (one a serial).
#pragma once

#include <optional>
#include <vector>

#include "keyferry/authority/issue.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

// insert_credential. Errors: conflict if the share has one already: the database itself holds that
// a share is redeemed once.
Result<Done> insert_credential(sql::Database& db, const authority::Credential& credential);
Result<std::optional<authority::Credential>> find_credential(sql::Database& db,
                                                             const authority::CredentialId& id);
Result<std::optional<authority::Credential>> credential_of(sql::Database& db,
                                                           const authority::ShareId& share);

Result<Done> insert_certificate(sql::Database& db, const authority::CredentialId& credential,
                                const authority::Certificate& certificate);
// certificates_of returns them in the order of their serials, the newest last.
Result<std::vector<authority::Certificate>> certificates_of(sql::Database& db,
                                                            const authority::Credential& credential,
                                                            std::string_view kind);

// next_serial takes the next serial: above every one that this ledger or a merged list has seen,
// and at least the clock in microseconds, so that even a ledger restored from an old copy repeats
// none. Fits in 63 bits, never 0.
Result<std::uint64_t> next_serial(sql::Database& db, Time now);

}  // namespace keyferry::ledger
