// Revoking a share: the authority's word is all it takes. The places of what was revoked are left
// to tidy.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/wallet/holder.h"

namespace keyferry::wallet {

struct RevokeOutcome {
  std::string share;                 // whose id was named; empty for revoke_below
  std::vector<std::string> revoked;  // ids, the share and everything below it
  std::string open_sessions;         // "continue" or "ended-by-hook"
  boost::json::object raw;           // for --json
  std::string path;                  // of the call, to ask again
  std::shared_ptr<Holder> holder;    // who called
};

// revoke_share ends the share whose id is, or begins with, `text`, and everything below it.
// With a whole id it is one call: nothing is listed or read first. Its place is left to
// tidy_revoked. Errors: as find_share.
//
//= spec:authority#2-flood
Result<RevokeOutcome> revoke_share(Wallet& wallet, std::string_view text);

// revoke_below ends everything below a credential in one call. `revoked` names what was not
// revoked before. The places are left to tidy_below.
Result<RevokeOutcome> revoke_below(Wallet& wallet, const keystore::CredentialRecord& record);

// await_verifiers asks again, for `most` in all, until the verifiers that the authority hears have
// taken the lists that the outcomes name, and puts what it learns into their `raw`. That is news,
// not a condition: what is revoked is revoked, so a failure is silent.
//
//= spec:authority#6-acknowledged
void await_verifiers(std::vector<RevokeOutcome>& outcomes, Duration most);

}  // namespace keyferry::wallet
