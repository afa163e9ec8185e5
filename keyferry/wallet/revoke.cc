#include "keyferry/wallet/revoke.h"

#include <algorithm>
#include <chrono>

#include "keyferry/codec/json.h"

namespace keyferry::wallet {
namespace {

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

}  // namespace keyferry::wallet
