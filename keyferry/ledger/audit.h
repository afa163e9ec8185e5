// The audit log: append-only and hash-chained, so that a change or a cut inside it shows, and with
// the head in every signed list a cut at its end shows too.
//
//   hash(0) = 32 zero octets
//   hash(n) = SHA-256(hash(n-1) ‖ u64 n ‖ u64 at in Unix ms ‖ string event ‖ string share ‖
//             string detail)                       (strings with a u32 length, as in SSH)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/digest/hash.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

struct AuditHead {
  std::uint64_t number = 0;  // of the last row; 0: an empty log
  digest::Sha256 hash{};
};

// append_audit adds a row inside the running transaction. `event` is one word ("created"), `share`
// its id or empty, `detail` an object without any secret, code, PIN or token.
Result<Done> append_audit(sql::Database& db, Time at, std::string_view event,
                          std::string_view share, const boost::json::object& detail = {});

// audit_head returns the last row's number and hash.
Result<AuditHead> audit_head(sql::Database& db);

// verify_audit recomputes the chain. Errors: invalid, naming the first row that does not fit.
Result<AuditHead> verify_audit(sql::Database& db);

// audit_holds says whether `hash` is the hash of a row (or of the empty log): was this head, which
// a verifier saw in a list, ever ours?
Result<bool> audit_holds(sql::Database& db, const digest::Sha256& hash);

}  // namespace keyferry::ledger
