// Who calls: a holder with an access token and a DPoP proof, checked in the transaction of the
// call.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "keyferry/authority/dpop.h"
#include "keyferry/authority/issue.h"
#include "keyferry/ledger/gate.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::ledger {

// Access is what came with a call under /v1: the token and the proof's verdict; `space` is what the
// call needs.
struct Access {
  std::string token;
  authority::Verdict<authority::DpopProof> proof;
  Gate gate{};
  Space space = Space::usual;
};

// authorize checks proof, token (of `use`), jti and gate, stores the jti, and returns the token.
// `proof`: nothing where a Bearer token came alone. Refusals: invalid_dpop_proof, use_dpop_nonce,
// invalid_token, the gate's. Nothing is stored when it refuses; else the jti where `keep` says.
Result<authority::Verdict<authority::AccessToken>> authorize(
    sql::Database& db, std::string_view token, authority::TokenUse use,
    const std::optional<authority::Verdict<authority::DpopProof>>& proof, const Gate& gate,
    Time now, Keep keep = Keep::disk);

// HolderOutcome is who calls refused, or what the work came to.
template <class T>
struct HolderOutcome {
  std::optional<authority::Refusal> refusal;
  std::optional<Result<T>> result;
};

// as_holder runs `work(db, share id of the caller)`, which returns a Result<T>, in one transaction
// with the check of who calls. The proof is used up even if the work fails, but not if it fails
// with Errc::too_many: then nothing was written, as if the gate had refused.
template <class T, class Work>
Result<authority::Verdict<T>> as_holder(Ledger& ledger, const Access& access, Time now, Work work) {
  auto done = ledger.transact(
      [&](sql::Database& db) -> Result<HolderOutcome<T>> {
        KF_TRY(auto caller, authorize(db, access.token, authority::TokenUse::holder, access.proof,
                                      access.gate, now, ledger.keep()));
        if (const auto* no = authority::refused(caller)) return HolderOutcome<T>{*no, std::nullopt};
        const authority::ShareId& share = std::get<authority::AccessToken>(caller).share;
        HolderOutcome<T> outcome;
        outcome.result = Ledger::attempt(db, [&]() -> Result<T> { return work(db, share); });
        const auto& result = *outcome.result;
        if (!result && result.error().code == Errc::too_many) return result.error();
        return outcome;
      },
      access.space);
  if (!done) return done.error();
  if (done->refusal) return authority::Verdict<T>(*std::move(done->refusal));
  if (!*done->result) return done->result->error();
  return authority::Verdict<T>(**std::move(done->result));
}

}  // namespace keyferry::ledger
