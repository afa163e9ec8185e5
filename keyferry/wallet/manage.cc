#include "keyferry/wallet/manage.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "keyferry/codec/json.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/deny_store.h"
#include "keyferry/wallet/receiver_exchange.h"
#include "keyferry/wallet/sender.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/sender_exchange.h"

namespace keyferry::wallet {
namespace {

constexpr auto kNetworkPause = std::chrono::seconds(1);

bool transfer_is_over(const keystore::SenderRecord& sender, const std::vector<ShareView>& shares,
                      Time now) {
  if (sender.shown && sender.link_until <= now) return true;
  const auto share = std::find_if(shares.begin(), shares.end(),
                                  [&](const ShareView& view) { return view.id == sender.share; });
  if (share == shares.end()) return false;
  // The receiver's done, or the deadline, ends a confirmed exchange.
  return sender.confirmed ? is_over(*share) : !is_open(*share);
}

// A verifier that was heard this lately may take the list any moment.
constexpr std::int64_t kHeardLately = 60;

Result<RevokeOutcome> send_revoke(Holder& holder, const std::string& path) {
  client::HolderCall revoke;
  revoke.method = "DELETE";
  revoke.path = path;
  KF_TRY(const http::Response response, holder.call(revoke));
  RevokeOutcome outcome;
  outcome.path = path;
  KF_TRY(outcome.raw, client::json_of(response));
  KF_TRY(outcome.revoked, codec::texts_member(outcome.raw, "revoked"));
  KF_TRY(const auto sessions, codec::optional_text_member(outcome.raw, "open_sessions"));
  outcome.open_sessions = sessions.value_or("continue");
  return outcome;
}

bool may_receiver_it_soon(const boost::json::value& verifier) {
  const auto* object = verifier.if_object();
  if (object == nullptr) return false;
  const auto* took = object->if_contains("took");
  const auto heard = codec::optional_integer_member(*object, "heard_ago", 0, kHeardLately);
  return took && took->is_bool() && !took->get_bool() && heard && *heard;
}

bool awaits_verifiers(const boost::json::object& answer) {
  const auto* lists = answer.if_contains("lists");
  if (lists == nullptr || !lists->is_array()) return false;
  for (const auto& list : lists->get_array()) {
    const auto* object = list.if_object();
    const auto* verifiers = object == nullptr ? nullptr : object->if_contains("verifiers");
    if (verifiers == nullptr || !verifiers->is_array()) continue;
    const auto& all = verifiers->get_array();
    if (std::any_of(all.begin(), all.end(), may_receiver_it_soon)) return true;
  }
  return false;
}

// ask_again repeats a revoke, which changes nothing, and waits for news.
void ask_again(RevokeOutcome& outcome, std::chrono::seconds wait) {
  client::HolderCall again;
  again.method = "DELETE";
  again.path = outcome.path;
  again.wait_seconds = static_cast<int>(wait.count());
  const auto response = outcome.holder->call(again);
  if (!response) return;
  auto answer = client::json_of(*response);
  if (!answer) return;
  if (auto* lists = answer->if_contains("lists")) outcome.raw["lists"] = std::move(*lists);
}

void note(Wallet& wallet, const std::string& what, const Error& error) {
  wallet.person.say("note: " + what + " could not be cleaned up: " + error.detail);
}

std::vector<keystore::SenderRecord> known_senders(Wallet& wallet) {
  auto senders = keystore::load_senders(wallet.home);
  if (senders) return *std::move(senders);
  note(wallet, "what is over", senders.error());
  return {};
}

// Whose place cannot be reached before its link runs out need not be told any more.
void end_or_note(Wallet& wallet, const keystore::SenderRecord& sender) {
  auto ended = end_sender(wallet, sender);
  if (ended) return;
  if (sender.link_until <= wallet.web.now() && drop_sender(wallet, sender)) return;
  note(wallet, "the place of share " + sender.share, ended.error());
}

template <class Ended>
void end_senders(Wallet& wallet, Ended ended) {
  const client::Web::Brief brief(wallet.web);
  for (const keystore::SenderRecord& sender : known_senders(wallet)) {
    if (ended(sender)) end_or_note(wallet, sender);
  }
}

}  // namespace

//= spec:tigress#SYS-01
//= spec:tigress#REQ-09
Result<RevokeOutcome> revoke_share(Wallet& wallet, std::string_view text) {
  std::string id(text);
  std::optional<RevokeOutcome> outcome;
  const auto revoke = [&](Holder& holder) -> Result<Done> {
    KF_TRY(outcome, send_revoke(holder, "/v1/shares/" + id));
    outcome->holder = std::make_shared<Holder>(std::move(holder));
    return Done{};
  };
  if (is_whole_id(text)) {
    KF_TRY(ask_holders(wallet, text, revoke));
  } else {
    KF_TRY(FoundShare found, find_share(wallet, text));
    id = found.share.id;
    KF_TRY(revoke(found.holder));
  }
  outcome->share = id;
  return *std::move(outcome);
}

Result<RevokeOutcome> revoke_below(Wallet& wallet, const keystore::CredentialRecord& record) {
  KF_TRY(Holder holder, Holder::open(wallet, record));
  KF_TRY(RevokeOutcome outcome, send_revoke(holder, "/v1/shares"));
  outcome.holder = std::make_shared<Holder>(std::move(holder));
  return outcome;
}

void await_verifiers(std::vector<RevokeOutcome>& outcomes, Duration most) {
  const auto end = std::chrono::steady_clock::now() + most;
  for (RevokeOutcome& outcome : outcomes) {
    const auto left =
        std::chrono::ceil<std::chrono::seconds>(end - std::chrono::steady_clock::now());
    if (left <= std::chrono::seconds(0)) return;
    if (outcome.holder && awaits_verifiers(outcome.raw)) ask_again(outcome, left);
  }
}

void tidy_revoked(Wallet& wallet, const std::vector<RevokeOutcome>& outcomes) {
  end_senders(wallet, [&](const keystore::SenderRecord& sender) {
    return std::any_of(outcomes.begin(), outcomes.end(), [&](const RevokeOutcome& outcome) {
      const auto& ids = outcome.revoked;
      return !sender.share.empty() &&
             (sender.share == outcome.share ||
              std::find(ids.begin(), ids.end(), sender.share) != ids.end());
    });
  });
}

void tidy_below(Wallet& wallet, const keystore::CredentialRecord& record) {
  end_senders(wallet, [&](const keystore::SenderRecord& sender) {
    return sender.credential == record.name && !sender.share.empty();
  });
}

//= spec:tigress#A-53
void tidy_senders(Wallet& wallet, const std::vector<ShareView>& shares) {
  const client::Web::Brief brief(wallet.web);
  for (const keystore::SenderRecord& sender : known_senders(wallet)) {
    if (transfer_is_over(sender, shares, wallet.web.now())) {
      end_or_note(wallet, sender);
    } else if (sender.confirmed && sender.shown) {
      static_cast<void>(settle_sender(wallet, sender).has_value());
    }
  }
}

//= spec:transfer#6-erased
void erase_overdue(Wallet& wallet) {
  for (const keystore::SenderRecord& sender : known_senders(wallet)) {
    const bool over = sender.link_until != Time{} && sender.link_until <= wallet.web.now();
    // A confirmed share is settled when its authority is asked; no authority knows a delegation.
    if (!over || (sender.confirmed && !is_delegation(sender))) continue;
    if (auto erased = drop_sender(wallet, sender); !erased && erased.error().reason != "busy") {
      note(wallet, "share " + sender.share, erased.error());
    }
  }
  if (auto tidied = tidy_receivers(wallet); !tidied) note(wallet, "a share", tidied.error());
  if (auto erased = keystore::erase_over(wallet.home, wallet.web.now()); !erased)
    note(wallet, "what was signed", erased.error());
}

Result<Done> follow_share(Wallet& wallet, FoundShare& found,
                          const std::function<bool(const ShareView&)>& seen) {
  std::string etag;
  KF_TRY(ShareView share, found.holder.share(found.share.id, &etag));
  bool told = false;
  const auto show = [&] {
    const bool goes_on = seen(share);
    // Its link is of no use any more, though it may be watched for long.
    if (!is_open(share)) tidy_senders(wallet, {share});
    return goes_on;
  };
  for (bool changed = true; (!changed || show()) && !is_over(share);) {
    changed = false;
    const auto next = found.holder.wait(share.id, etag);
    if (!next) {
      if (next.error().code != Errc::network) return next.error();
      if (!told)
        wallet.person.notice("no_answer", {{"detail", next.error().detail}},
                             "the authority does not answer; still trying");
      told = true;
      std::this_thread::sleep_for(kNetworkPause);
      continue;
    }
    told = false;
    if (!*next) continue;
    changed = (*next)->raw != share.raw;
    share = **next;
  }
  return Done{};
}

}  // namespace keyferry::wallet
