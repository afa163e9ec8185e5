#include "keyferry/wallet/sender_outcome.h"

#include "keyferry/client/refusals.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/exchange_words.h"
#include "keyferry/wallet/holder.h"

namespace keyferry::wallet {
namespace {

std::string wallet_called(const std::string& label) {
  return "a wallet that " + calls_itself(label);
}

}  // namespace

// What the receiver says last and what the authority knows can differ: then the authority counts,
// and the other word is not hidden.
SenderOutcome outcome_of(const WhatIsKnown& known, const keystore::SenderRecord& record,
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

Result<std::optional<SenderOutcome>> known_outcome(Wallet& wallet,
                                                   const keystore::SenderRecord& record,
                                                   bool exchange_knows) {
  KF_TRY(keystore::CredentialRecord credential,
         keystore::load_credential(wallet.home, record.credential));
  KF_TRY(Holder holder, Holder::open(wallet, std::move(credential)));
  const auto share = holder.share(record.share);
  if (!share) {
    if (!client::is_refusal(share.error())) return share.error();
    return std::optional<SenderOutcome>();
  }
  const std::string who = wallet_called(share->holder ? share->holder->label : "");
  if (share->state == "redeemed") return std::optional(SenderOutcome{"", who + " has it now"});
  if (share->times.contains("redeemed")) {
    return std::optional(
        SenderOutcome{share->state, who + " took it; by now the share is " + share->state});
  }
  if (exchange_knows || is_open(*share)) return std::optional<SenderOutcome>();
  return std::optional(
      SenderOutcome{share->state, "nobody got anything: the share is " + share->state});
}

}  // namespace keyferry::wallet
