// Sharing a right that this wallet signs itself: an owner's, or part of a delegation that it
// holds (transfer.md section 3; docs/confirmed.md, "Delegations").
#pragma once

#include "keyferry/transfer/effects.h"
#include "keyferry/wallet/holding.h"
#include "keyferry/wallet/sender.h"

namespace keyferry::wallet {

// DelegationWish is what a delegation has beside the window and depth of SenderOptions.
struct DelegationWish {
  std::optional<unsigned> uses;
  delegation::Hours hours;
  std::optional<unsigned> fresh;
};

// is_delegation says whether a stored share is signed by this wallet.
bool is_delegation(const keystore::SenderRecord& record);

// plan_delegation says what the receiver will have: the holding's rights where nothing is asked
// for. Errors: forbidden, the reason being the right that would be wider; invalid (usage).
Result<delegation::Effective> plan_delegation(const Holding& holding, const SenderOptions& options,
                                              const DelegationWish& wish, Time now);

// make_delegated_share makes the invite and its place, as make_share does. Nothing is signed before
// the words or the code are confirmed.
Result<MadeShare> make_delegated_share(Wallet& wallet, const Holding& holding,
                                       const SenderOptions& options,
                                       const delegation::Effective& planned);

// sign_for signs what `record` offers to the key `jwk`, once: what was signed for it before is
// returned again. Stored before it is returned. Errors: as plan_delegation, where the holding is
// not what it was.
Result<transfer::Import> sign_for(Wallet& wallet, const keystore::SenderRecord& record,
                                  const transfer::SignDelegation& wish);

}  // namespace keyferry::wallet
