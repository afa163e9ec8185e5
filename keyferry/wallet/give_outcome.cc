#include "keyferry/wallet/give_outcome.h"

#include "keyferry/wallet/exchange_words.h"
#include "keyferry/wallet/holder.h"
#include "keyferry/wallet/refusals.h"

namespace keyferry::wallet {
namespace {

std::string wallet_called(const std::string& label) {
  return "a wallet that " + calls_itself(label);
}

}  // namespace

// What the receiver says last and what the authority knows can differ: then the authority counts,
// and the other word is not hidden.
GiveOutcome outcome_of(const WhatIsKnown& known, const GiveRecord& record,
                       const transfer::Ended& ended) {
  if (known.taken && ended.by_peer && !ended.reason.empty()) {
    return {"", "the authority has issued it to " + wallet_called(known.label) +
                    ", which says that it did not take it" +
                    (ended.text.empty() ? "" : ": " + ended.text) + "; `keyferry revoke " +
                    record.share + "` ends it"};
  }
  if (known.signed_ && !ended.reason.empty()) {
    return {ended.reason, "it was signed, and " + wallet_called(known.label) +
                              " may have it, but did not say so" +
                              (ended.text.empty() ? "" : " (" + ended.text + ")") +
                              ": `keyferry revoke " + record.share + "` takes it back"};
  }
  if (ended.reason.empty() || known.taken) {
    return {"", wallet_called(known.label) + " has it now"};
  }
  if (known.revoked && ended.reason == "expired") {
    return {"revoked", "the share was revoked: nobody got anything, and its link is dead"};
  }
  return {ended.reason, words_to_sender(ended)};
}

Result<std::optional<GiveOutcome>> known_outcome(Wallet& wallet, const GiveRecord& record,
                                                 bool exchange_knows) {
  KF_TRY(CredentialRecord credential, load_credential(wallet.home, record.credential));
  KF_TRY(Holder holder, Holder::open(wallet, std::move(credential)));
  const auto share = holder.share(record.share);
  if (!share) {
    if (!is_refusal(share.error())) return share.error();
    return std::optional<GiveOutcome>();
  }
  const std::string who = wallet_called(share->holder ? share->holder->label : "");
  if (share->state == "redeemed") return std::optional(GiveOutcome{"", who + " has it now"});
  if (share->times.contains("redeemed")) {
    return std::optional(
        GiveOutcome{share->state, who + " took it; by now the share is " + share->state});
  }
  if (exchange_knows || is_open(*share)) return std::optional<GiveOutcome>();
  return std::optional(
      GiveOutcome{share->state, "nobody got anything: the share is " + share->state});
}

}  // namespace keyferry::wallet
