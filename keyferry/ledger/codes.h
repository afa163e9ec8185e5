// The tables of codes and access tokens. Only SHA-256 of either is stored.
#pragma once

#include <optional>
#include <string>

#include "keyferry/authority/issue.h"
#include "keyferry/authority/redeem.h"
#include "keyferry/ledger/ledger.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

struct FoundCode {
  authority::ShareId share;
  authority::Code code;
};

// find_code looks a code up by its stored form, find_handle an offer by its handle's.
Result<std::optional<FoundCode>> find_code(sql::Database& db, const digest::Sha256& hash);
Result<std::optional<FoundCode>> find_handle(sql::Database& db, const digest::Sha256& hash);

// replace_code makes `code` (its stored form) the one live code of the share under
// share.code_number; older codes and the tokens they were exchanged for die. `handle`: stored form
// of an offer handle.
Result<Done> replace_code(sql::Database& db, const authority::Share& share,
                          const digest::Sha256& code, const std::optional<digest::Sha256>& handle);

// update_code writes the first use down.
Result<Done> update_code(sql::Database& db, const FoundCode& code);

// Tokens, by their stored form. insert_token keeps one where `keep` says; find_token looks in both
// places; spend_token marks one of the disk as used; drop_tokens forgets all of a share that were
// exchanged for a code.
Result<Done> insert_token(sql::Database& db, const digest::Sha256& hash,
                          const authority::AccessToken& token, Keep keep = Keep::disk);
Result<std::optional<authority::AccessToken>> find_token(sql::Database& db,
                                                         const digest::Sha256& hash);
Result<Done> spend_token(sql::Database& db, const digest::Sha256& hash);
Result<Done> drop_tokens(sql::Database& db, const authority::ShareId& share);

}  // namespace keyferry::ledger
