// The token endpoint's transactions: a code, or a holder's assertion, becomes an access token.
#pragma once

#include <optional>
#include <string>

#include "keyferry/authority/assertion.h"
#include "keyferry/authority/issue.h"
#include "keyferry/authority/redeem.h"
#include "keyferry/ledger/gate.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

struct TokenAnswer {
  std::string token;  // a secret: 43 characters
  bool dpop = false;  // token_type DPoP; else Bearer
  Duration life{};
};

// exchange_code runs authority::decide_exchange on what the ledger knows and stores the outcome, a
// spent PIN try included, before it returns. exchange.jti_seen and try_counted are filled in here.
// `gate` is asked where a code that was used already would get another token.
Result<authority::Verdict<TokenAnswer>> exchange_code(Ledger& ledger,
                                                      const authority::ServerKeys& keys,
                                                      std::string_view code,
                                                      authority::Exchange exchange,
                                                      const Gate& gate, Time now);

// holder_credential finds the credential that an assertion names, so that its key can check it.
Result<std::optional<authority::Credential>> holder_credential(Ledger& ledger,
                                                               const authority::CredentialId& id);

inline constexpr Duration kHolderTokenLife = std::chrono::minutes(10);

// login_holder turns a checked assertion and a checked, fresh DPoP proof by the same key into a
// token for the share calls. Refusals: invalid_grant (a jti seen before; with `revoked`, `ended` or
// `expired` when the holder may not act any more), invalid_dpop_proof (replayed). A refusal writes
// nothing, so that one who was revoked cannot fill the ledger.
Result<authority::Verdict<TokenAnswer>> login_holder(Ledger& ledger,
                                                     const authority::Credential& credential,
                                                     const authority::CheckedAssertion& assertion,
                                                     const authority::DpopProof& proof,
                                                     const Gate& gate, Time now);

}  // namespace keyferry::ledger
