// Reading the list that a verifier kept, to merge it into a restored ledger.
#pragma once

#include <string_view>

#include "keyferry/issuer/keys.h"
#include "keyferry/ledger/restore.h"

namespace keyferry::issuer {

// read_seen_list checks that `jws` is signed by our list key and names the hash of `list`, then
// reads what it revokes. Errors: cannot_open (signature, or another list), invalid.
Result<ledger::SeenList> read_seen_list(const Keys& keys, ByteView list, std::string_view jws);

}  // namespace keyferry::issuer
