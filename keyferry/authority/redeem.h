// The token step: a pre-authorized code is exchanged for an access token. Here stands whether a
// code can be used twice, and what a wrong PIN costs.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "keyferry/authority/dpop.h"
#include "keyferry/authority/share.h"

namespace keyferry::authority {

inline constexpr Duration kBearerLife = std::chrono::minutes(5);
inline constexpr Duration kDpopTokenLife = std::chrono::minutes(10);

// Code is the record of one code. At most one code of a share is live.
struct Code {
  std::uint32_t number = 0;
  bool live = true;            // false: a newer code replaced it
  std::optional<Time> used{};  // when it was exchanged first
  std::optional<std::string>
      used_by{};  // thumbprint of the DPoP key of first use; nothing: no DPoP
};

// Exchange is one request at the token endpoint, form checked already.
struct Exchange {
  std::optional<std::string> tx_code{};
  // Nothing: no DPoP header. A Refusal: a proof that is wrong. The signature was checked before the
  // transaction began; the rule below says when it counts.
  std::optional<Verdict<DpopProof>> dpop{};
  bool jti_seen = false;  // the proof's jti is stored already
  // The Idempotency-Key of the request. `try_counted`: this PIN came under this key before and cost
  // its try then, so a retry after a lost answer costs none.
  std::optional<std::string> request_key{};
  bool try_counted = false;
};

// Outcome of an exchange. `share` and `code` are what to store, and `store_jti` says whether the
// proof did something, granting or spending a try (its jti must then be stored too), all in the
// same transaction and before the answer, whatever the verdict. Any other refusal stores nothing,
// so that whoever has a code cannot fill the ledger with it.
struct TokenGrant {
  std::optional<std::string>
      thumbprint;  // the token is bound to this key; nothing: Bearer, one use
  Duration life{};
  bool again = false;  // a lost answer: the share's older tokens die
};
struct ExchangeOutcome {
  Verdict<TokenGrant> verdict;
  Share share;
  Code code;
  bool store_jti = false;
};

// decide_exchange checks, stopping at the first failure: code live and its share open (or used, by
// the key of first use: a lost answer) → DPoP valid, fresh, not replayed → in confirmed mode by the
// granted key → not locked → PIN. Only a wrong PIN costs a try, and once where the request is
// repeated; the fifth locks. `path` ends with the share of `code`.
//
// Refusals: invalid_grant with `unknown_code` (dead, used by another, expired), `revoked`,
// `refused`, `wrong_key` (in confirmed mode: no DPoP, or another key), `locked`, `wrong_pin`;
// invalid_request with `pin_required`, `pin_malformed`, `pin_unexpected` (no try is lost);
// invalid_dpop_proof; use_dpop_nonce.
//
//= spec:authority#3-order
//= spec:authority#3-lost
//= spec:authority#2-bound
ExchangeOutcome decide_exchange(const ServerKeys& keys, Path path, Code code,
                                const Exchange& exchange, Time now);

// unknown_code is the one answer to unknown, used and expired codes.
Refusal unknown_code();

}  // namespace keyferry::authority
