// Reading the list that a verifier kept, to merge it into a restored ledger.
#pragma once

#include <string_view>

#include "keyferry/issuer/keys.h"
#include "keyferry/ledger/restore.h"

namespace keyferry::issuer {

// read_seen_list checks that `jws` is signed by our list key and names the hash of `list`, then
// reads what it revokes. A statement without highest_serial is of an older authority, which listed
// the share of every revoked serial beside it: there the shares are taken and the serials only
// counted, however many they are. Errors: cannot_open (signature, or another list), invalid,
// too_large (more than a million single serials).
Result<ledger::SeenList> read_seen_list(const Keys& keys, ByteView list, std::string_view jws);

}  // namespace keyferry::issuer
