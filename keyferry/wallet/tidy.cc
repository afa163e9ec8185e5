// All places together get one short time; what cannot be reached is left to a later command, until
// its link runs out.
#include "keyferry/wallet/tidy.h"

#include <algorithm>

#include "keyferry/keystore/deny_store.h"
#include "keyferry/wallet/receiver_exchange.h"
#include "keyferry/wallet/sender.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/sender_exchange.h"

namespace keyferry::wallet {
namespace {

bool transfer_is_over(const keystore::SenderRecord& sender, const std::vector<ShareView>& shares,
                      Time now) {
  if (sender.shown && sender.link_until <= now) return true;
  const auto share = std::find_if(shares.begin(), shares.end(),
                                  [&](const ShareView& view) { return view.id == sender.share; });
  if (share == shares.end()) return false;
  // The receiver's done, or the deadline, ends a confirmed exchange.
  return sender.confirmed ? is_over(*share) : !is_open(*share);
}

void note(Wallet& wallet, const std::string& what, const Error& error) {
  wallet.person.say("note: " + what + " could not be cleaned up: " + error.detail);
}

std::vector<keystore::SenderRecord> shares_under_way(Wallet& wallet) {
  auto senders = keystore::load_sender_records(wallet.home);
  if (senders) return *std::move(senders);
  note(wallet, "what is over", senders.error());
  return {};
}

// Whose place cannot be reached before its link runs out need not be told any more.
void end_or_note(Wallet& wallet, const keystore::SenderRecord& sender) {
  auto ended = end_share(wallet, sender);
  if (ended) return;
  if (sender.link_until <= wallet.web.now() && drop_share(wallet, sender)) return;
  note(wallet, "the place of share " + sender.share, ended.error());
}

template <class Ended>
void end_shares(Wallet& wallet, Ended ended) {
  const client::Web::Brief brief(wallet.web);
  for (const keystore::SenderRecord& sender : shares_under_way(wallet)) {
    if (ended(sender)) end_or_note(wallet, sender);
  }
}

}  // namespace

void tidy_revoked(Wallet& wallet, const std::vector<RevokeOutcome>& outcomes) {
  end_shares(wallet, [&](const keystore::SenderRecord& sender) {
    return std::any_of(outcomes.begin(), outcomes.end(), [&](const RevokeOutcome& outcome) {
      const auto& ids = outcome.revoked;
      return !sender.share.empty() &&
             (sender.share == outcome.share ||
              std::find(ids.begin(), ids.end(), sender.share) != ids.end());
    });
  });
}

void tidy_below(Wallet& wallet, const keystore::CredentialRecord& record) {
  end_shares(wallet, [&](const keystore::SenderRecord& sender) {
    return sender.credential == record.name && !sender.share.empty();
  });
}

//= spec:tigress#A-53
void tidy_sent(Wallet& wallet, const std::vector<ShareView>& shares) {
  const client::Web::Brief brief(wallet.web);
  for (const keystore::SenderRecord& sender : shares_under_way(wallet)) {
    if (transfer_is_over(sender, shares, wallet.web.now())) {
      end_or_note(wallet, sender);
    } else if (sender.confirmed && sender.shown) {
      static_cast<void>(settle_share(wallet, sender).has_value());
    }
  }
}

//= spec:transfer#6-erased
void erase_overdue(Wallet& wallet) {
  for (const keystore::SenderRecord& sender : shares_under_way(wallet)) {
    const bool over = sender.link_until != Time{} && sender.link_until <= wallet.web.now();
    // A confirmed share is settled when its authority is asked; no authority knows a delegation.
    if (!over || (sender.confirmed && !is_delegation(sender))) continue;
    if (auto erased = drop_share(wallet, sender); !erased && erased.error().reason != "busy") {
      note(wallet, "share " + sender.share, erased.error());
    }
  }
  if (auto tidied = tidy_received(wallet); !tidied) note(wallet, "a share", tidied.error());
  if (auto erased = keystore::erase_over(wallet.home, wallet.web.now()); !erased)
    note(wallet, "what was signed", erased.error());
}

}  // namespace keyferry::wallet
