// Making shares and their offers.
#pragma once

#include <optional>
#include <string>

#include "keyferry/authority/change.h"
#include "keyferry/authority/create.h"
#include "keyferry/ledger/ledger.h"
#include "keyferry/ledger/look.h"
#include "keyferry/ledger/once.h"
#include "keyferry/ledger/record.h"

namespace keyferry::ledger {

// Offered is a share with the code that is live now; both texts are secrets.
struct Offered {
  ShareRecord record;
  // Nothing: a confirmed share that was not granted yet, or only got a new PIN.
  std::optional<std::string> code;
  // The handle for an offer by reference: the administrator's offers only.
  std::optional<std::string> handle;
};

// ShareLimits bounds the shares that holders make (room.h); 0: none. Live (shares.h,
// live_children): of one holder, and under one root share. In a day, whatever became of them: by
// one holder, and in one branch below a root.
struct ShareLimits {
  int per_holder = 256;
  int per_root = 4096;
  int per_day = 512;
};

// make_share makes a root share for the administrator, a child share for a holder. The same
// idempotent request gets the same share again. Errors: authority::make_*_share's; invalid for a
// host that the administrator never named; forbidden with reason `too_many_shares` (a holder beyond
// `limits`); unprocessable (once.h).
Result<Offered> make_share(sql::Database& db, const authority::ServerKeys& keys,
                           const Caller& caller, const authority::ShareWish& wish,
                           const std::optional<IdempotentRequest>& request, Time now,
                           const ShareLimits& limits = {});

// grant_share: authority/change.h. Errors: also not_found (no such share below the caller),
// forbidden with reason `not_maker` (the caller's, but made by a holder below it) or because
// something above the share was revoked or is over.
Result<Offered> grant_share(sql::Database& db, const authority::ServerKeys& keys,
                            const authority::ShareId& caller, const authority::ShareId& id,
                            const authority::GrantWish& wish, Time now);

// rearm_share and offer_share_again: authority/change.h, with a new code (a confirmed share keeps
// its own, and only a holder re-arms it: conflict with reason `confirmed` for the administrator).
// Errors: also not_found (no such share below the caller), forbidden (something above it was
// revoked or is over).
Result<Offered> rearm_share(sql::Database& db, const authority::ServerKeys& keys,
                            const Caller& caller, const authority::ShareId& id,
                            std::string_view pin, Time now);
Result<Offered> offer_share_again(sql::Database& db, const authority::ServerKeys& keys,
                                  const Caller& caller, const authority::ShareId& id, Time now);

// offer_by_handle finds the share whose live, unused code goes with `handle`. Errors: not_found.
Result<Offered> offer_by_handle(Ledger& ledger, const authority::ServerKeys& keys,
                                std::string_view handle, Time now);

}  // namespace keyferry::ledger
