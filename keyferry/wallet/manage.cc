#include "keyferry/wallet/manage.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "keyferry/codec/json.h"
#include "keyferry/wallet/deny_store.h"
#include "keyferry/wallet/give.h"
#include "keyferry/wallet/give_delegation.h"
#include "keyferry/wallet/give_exchange.h"
#include "keyferry/wallet/take_exchange.h"

namespace keyferry::wallet {
namespace {

constexpr auto kNetworkPause = std::chrono::seconds(1);

bool transfer_is_over(const GiveRecord& give, const std::vector<ShareView>& shares, Time now) {
  if (give.shown && give.link_until <= now) return true;
  const auto share = std::find_if(shares.begin(), shares.end(),
                                  [&](const ShareView& view) { return view.id == give.share; });
  if (share == shares.end()) return false;
  // The receiver's done, or the deadline, ends a confirmed exchange.
  return give.confirmed ? is_over(*share) : !is_open(*share);
}

// A verifier that was heard this lately may take the list any moment.
constexpr std::int64_t kHeardLately = 60;

Result<RevokeOutcome> send_revoke(Holder& holder, const std::string& path) {
  HolderCall revoke;
  revoke.method = "DELETE";
  revoke.path = path;
  KF_TRY(const http::Response response, holder.call(revoke));
  RevokeOutcome outcome;
  outcome.path = path;
  KF_TRY(outcome.raw, json_of(response));
  KF_TRY(outcome.revoked, codec::texts_member(outcome.raw, "revoked"));
  KF_TRY(const auto sessions, codec::optional_text_member(outcome.raw, "open_sessions"));
  outcome.open_sessions = sessions.value_or("continue");
  return outcome;
}

bool may_take_it_soon(const boost::json::value& verifier) {
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
    if (std::any_of(all.begin(), all.end(), may_take_it_soon)) return true;
  }
  return false;
}

// ask_again repeats a revoke, which changes nothing, and waits for news.
void ask_again(RevokeOutcome& outcome, std::chrono::seconds wait) {
  HolderCall again;
  again.method = "DELETE";
  again.path = outcome.path;
  again.wait_seconds = static_cast<int>(wait.count());
  const auto response = outcome.holder->call(again);
  if (!response) return;
  auto answer = json_of(*response);
  if (!answer) return;
  if (auto* lists = answer->if_contains("lists")) outcome.raw["lists"] = std::move(*lists);
}

void note(Wallet& wallet, const std::string& what, const Error& error) {
  wallet.person.say("note: " + what + " could not be cleaned up: " + error.detail);
}

std::vector<GiveRecord> known_gives(Wallet& wallet) {
  auto gives = load_gives(wallet.home);
  if (gives) return *std::move(gives);
  note(wallet, "what is over", gives.error());
  return {};
}

// Whose place cannot be reached before its link runs out need not be told any more.
void end_or_note(Wallet& wallet, const GiveRecord& give) {
  auto ended = end_give(wallet, give);
  if (ended) return;
  if (give.link_until <= wallet.web.now() && drop_give(wallet, give)) return;
  note(wallet, "the place of share " + give.share, ended.error());
}

template <class Ended>
void end_gives(Wallet& wallet, Ended ended) {
  const Web::Brief brief(wallet.web);
  for (const GiveRecord& give : known_gives(wallet)) {
    if (ended(give)) end_or_note(wallet, give);
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

Result<RevokeOutcome> revoke_below(Wallet& wallet, const CredentialRecord& record) {
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
  end_gives(wallet, [&](const GiveRecord& give) {
    return std::any_of(outcomes.begin(), outcomes.end(), [&](const RevokeOutcome& outcome) {
      const auto& ids = outcome.revoked;
      return !give.share.empty() && (give.share == outcome.share ||
                                     std::find(ids.begin(), ids.end(), give.share) != ids.end());
    });
  });
}

void tidy_below(Wallet& wallet, const CredentialRecord& record) {
  end_gives(wallet, [&](const GiveRecord& give) {
    return give.credential == record.name && !give.share.empty();
  });
}

//= spec:tigress#A-53
void tidy_gives(Wallet& wallet, const std::vector<ShareView>& shares) {
  const Web::Brief brief(wallet.web);
  for (const GiveRecord& give : known_gives(wallet)) {
    if (transfer_is_over(give, shares, wallet.web.now())) {
      end_or_note(wallet, give);
    } else if (give.confirmed && give.shown) {
      static_cast<void>(settle_give(wallet, give).has_value());
    }
  }
}

//= spec:transfer#6-erased
void erase_overdue(Wallet& wallet) {
  for (const GiveRecord& give : known_gives(wallet)) {
    const bool over = give.link_until != Time{} && give.link_until <= wallet.web.now();
    // A confirmed share is settled when its authority is asked; no authority knows a delegation.
    if (!over || (give.confirmed && !is_delegation(give))) continue;
    if (auto erased = drop_give(wallet, give); !erased && erased.error().reason != "busy") {
      note(wallet, "share " + give.share, erased.error());
    }
  }
  if (auto tidied = tidy_takes(wallet); !tidied) note(wallet, "a share", tidied.error());
  if (auto erased = erase_over(wallet.home, wallet.web.now()); !erased)
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
    if (!is_open(share)) tidy_gives(wallet, {share});
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
