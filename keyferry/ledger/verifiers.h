// The verifiers that the administrator recorded: whose acknowledgements count, and what each said
// last. A verifier's name is that of its host (hosts.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/authority/ack.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

struct Verifier {
  std::string name;
  crypto::PublicKey key;   // P-256
  std::string thumbprint;  // of that key, RFC 7638
};

// HeardVerifier is what a verifier said about one list, one row of the ledger whatever it says.
struct HeardVerifier {
  std::string thumbprint;
  std::string list;
  authority::AckedList said;
  Time taken{};                   // when the position was first acknowledged
  std::optional<Duration> after;  // how long after that list was issued, if it was the newest then
  Time heard{};                   // the last good acknowledgement
};

// add_verifier records a verifier; with `replace` the key of one that exists: what the old key said
// is forgotten. Errors: not_found (no host has that name), conflict `exists` (the name has a
// verifier and `replace` is false, or the key is another's).
Result<Done> add_verifier(Ledger& ledger, const Verifier& verifier, bool replace, Time now);

// remove_verifier forgets it. Errors: not_found.
Result<Done> remove_verifier(Ledger& ledger, std::string_view name, Time now);

// all_verifiers returns who is recorded, by name; all_heard what each of them said last.
Result<std::vector<Verifier>> all_verifiers(sql::Database& db);
Result<std::vector<HeardVerifier>> all_heard(sql::Database& db);

// store_heard writes the rows of verifiers that are still recorded, in one transaction. Nothing of
// this is in the audit log: it is what others say of themselves.
Result<Done> store_heard(Ledger& ledger, const std::vector<HeardVerifier>& heard);

}  // namespace keyferry::ledger
