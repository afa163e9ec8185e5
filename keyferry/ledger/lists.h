// What the revocation lists say: numbers that only rise, and the certificates they name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

// A revoked share stays on the lists this long after the end of its window, a single certificate
// this long after its own: a verifier's clock may be wrong.
inline constexpr Duration kListedAfterEnd = std::chrono::hours(24) * 7;

struct ListNumber {
  std::string name;  // "ssh.krl"
  std::int64_t epoch = 1;
  std::int64_t number = 0;
};

// RevokedEntry is a whole share by its id, which is the key id of all its certificates, however
// many they are; or a single certificate by its serial (then the share is empty, else the serial
// 0). `ca` (by thumbprint): empty where every CA counts.
struct RevokedEntry {
  std::string ca;
  std::uint64_t serial = 0;
  std::string share;
};

// ListBounds keeps a list short enough for a verifier that reads all of it at every login. Shares
// whose last certificate has been over for kListedAfterEnd are listed only in case that a clock is
// very wrong: of these, `over` at most. What could still open something is listed whole, up to
// `in_force`, which the limits of callers keep far away. The newest come first.
struct ListBounds {
  std::size_t over = 16'384;
  std::size_t in_force = 1'500'000;
};

struct ListSnapshot {
  ListNumber number;
  std::vector<RevokedEntry> revoked;
  AuditHead audit;
  std::uint64_t highest_serial = 0;  // of all that were issued; 0: none
  std::size_t left_out = 0;          // beyond ListBounds::over: harmless
  std::size_t cut = 0;               // beyond ListBounds::in_force: a fault
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
                                   bool raise, Time now, const ListBounds& bounds = {});

}  // namespace keyferry::ledger
