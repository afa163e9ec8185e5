// Positions are compared by epoch, then number, so a list of before a restore never counts as out.
#include "keyferry/issuer/revocation.h"

#include <algorithm>

#include "keyferry/codec/rfc3339.h"

namespace keyferry::issuer {
namespace {

using boost::json::object;

bool is_out(const ListPublisher* published, const ledger::ListNumber& number) {
  const auto list = published == nullptr ? nullptr : published->current(number.name);
  return list && std::pair(list->number.epoch, list->number.number) >=
                     std::pair(number.epoch, number.number);
}

object render_standing(const VerifierStanding& standing, Time now) {
  object verifier{{"name", standing.name}, {"recorded", standing.recorded}};
  if (!standing.recorded) return verifier;
  verifier["took"] = standing.took;
  if (standing.after) verifier["took_after_ms"] = standing.after->count();
  if (standing.heard) {
    verifier["heard"] = codec::encode_rfc3339(*standing.heard);
    const Duration ago = std::max(now - *standing.heard, Duration(0));
    verifier["heard_ago"] = std::chrono::floor<std::chrono::seconds>(ago).count();
  }
  return verifier;
}

}  // namespace

object render_revoked(const Settings& settings, const ledger::Revoked& revoked,
                      const ListsInForce& lists, Time now) {
  boost::json::array shares, numbers;
  for (const auto& share : revoked.shares) shares.emplace_back(share.text());
  for (const auto& number : revoked.lists) {
    boost::json::array verifiers;
    for (const auto& standing : lists.acks.standing(number, revoked.hosts)) {
      verifiers.emplace_back(render_standing(standing, now));
    }
    numbers.emplace_back(object{{"name", number.name},
                                {"epoch", number.epoch},
                                {"number", number.number},
                                {"out", is_out(lists.published, number)},
                                {"verifiers", std::move(verifiers)}});
  }
  return {{"revoked", std::move(shares)},
          {"lists", std::move(numbers)},
          {"open_sessions", settings.open_sessions}};
}

bool awaits_verifiers(const object& answer) {
  const auto is_near = [](const boost::json::value& verifier) {
    const object& one = verifier.get_object();
    const auto* took = one.if_contains("took");
    const auto* ago = one.if_contains("heard_ago");
    return took && !took->get_bool() && ago &&
           std::chrono::seconds(ago->to_number<std::int64_t>()) < kAckPatience;
  };
  return std::ranges::any_of(answer.at("lists").get_array(), [&](const auto& list) {
    return std::ranges::any_of(list.get_object().at("verifiers").get_array(), is_near);
  });
}

}  // namespace keyferry::issuer
