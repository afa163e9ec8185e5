// What may happen only once and is remembered for a while: the jti of a proof, and the key of an
// idempotent request.
#pragma once

#include <optional>
#include <string>

#include "keyferry/authority/share.h"
#include "keyferry/ledger/ledger.h"
#include "keyferry/sql/database.h"

namespace keyferry::ledger {

inline constexpr Duration kIdempotencyMemory = std::chrono::hours(24);

// jti_seen says whether it is remembered, on the disk or in memory.
Result<bool> jti_seen(sql::Database& db, const digest::Sha256& jti);
// store_jti remembers it until `forget`. Errors: conflict (seen already).
Result<Done> store_jti(sql::Database& db, const digest::Sha256& jti, Time forget,
                       Keep keep = Keep::disk);

// IdempotentRequest is scoped to the holder: key = SHA-256(thumbprint ‖ 0x00 ‖ Idempotency-Key).
struct IdempotentRequest {
  digest::Sha256 key{};
  digest::Sha256 body{};  // SHA-256 of the request's octets
};
// find_idempotent returns the share that the same request made before. Errors: unprocessable with
// reason `idempotency_key` (the key came with another body). store_idempotent remembers it for
// kIdempotencyMemory.
Result<std::optional<authority::ShareId>> find_idempotent(sql::Database& db,
                                                          const IdempotentRequest& request);
Result<Done> store_idempotent(sql::Database& db, const IdempotentRequest& request,
                              const authority::ShareId& share, Time now);

// forget_old deletes what `now` has outlived: jtis, idempotent requests, tokens. forget_memory does
// so with what is kept in memory alone.
Result<Done> forget_old(sql::Database& db, Time now);
Result<Done> forget_memory(sql::Database& db, Time now);

}  // namespace keyferry::ledger
