// What the revocation lists say: numbers that only rise, and the certificates they name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

// A certificate stays on the lists this long after its end: a verifier's clock may be wrong.
inline constexpr Duration kListedAfterEnd = std::chrono::hours(24) * 7;

struct ListNumber {
  std::string name;  // "ssh.krl"
  std::int64_t epoch = 1;
  std::int64_t number = 0;
};

// RevokedEntry is a serial of a CA (by thumbprint), a key id (the share's id), or both. From a
// merged list only one of them may be known: serial 0 or an empty share then.
struct RevokedEntry {
  std::string ca;
  std::uint64_t serial = 0;
  std::string share;
};

struct ListSnapshot {
  ListNumber number;
  std::vector<RevokedEntry> revoked;
  AuditHead audit;
};

// raise_list takes a new number for list `name`: max(last + 1, now in Unix ms). Inside the
// transaction that changes what the list says, so that the answer can name the number.
//
//= spec:authority#3-list-number
Result<ListNumber> raise_list(sql::Database& db, std::string_view name, Time now);

// current_list returns the number taken last (0: none).
Result<ListNumber> current_list(sql::Database& db, std::string_view name);

// snapshot_list reads, in one transaction, everything that list `name` of `kind` has to say. With
// `raise` it takes a new number first (for a list that is only signed anew).
Result<ListSnapshot> snapshot_list(Ledger& ledger, std::string_view name, std::string_view kind,
                                   bool raise, Time now);

}  // namespace keyferry::ledger
