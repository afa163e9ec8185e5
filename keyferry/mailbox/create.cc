#include "keyferry/mailbox/create.h"

namespace keyferry::mailbox {
namespace {

Tombstone answer_of(const State& state) {
  if (const auto* box = std::get_if<Mailbox>(&state)) return tombstone_of(*box);
  return std::get<Tombstone>(state);
}

}  // namespace

//= spec:tigress#API-01
//= spec:tigress#CLM-05
//= spec:tigress#IDM-07
//= spec:tigress#A-02
//= spec:tigress#A-50
//= spec:tigress#MBX-08
Result<Created> decide_create(const std::optional<State>& current, CreateRequest request,
                              const HashedClaim& creator, Time now, const Lifetimes& lifetimes) {
  if (current) return Created{true, answer_of(*current), std::nullopt};

  Mailbox box;
  std::optional<Time> wished;
  box.rights = kRightsByDefault;
  if (request.configuration) {
    wished = request.configuration->expiration;
    box.rights = request.configuration->rights;
    box.rule = request.configuration->rule;
    box.delivery = request.configuration->delivery;
  }
  KF_TRY(box.deadline, decide_deadline(wished, now, lifetimes));
  box.creator = creator;
  box.slot.payload = std::move(request.payload);
  box.display = std::move(request.display);
  box.creator_token = std::move(request.token).value_or("");
  box.push_promised = !box.creator_token.empty();
  Tombstone answer = tombstone_of(box);
  return Created{false, answer, std::move(box)};
}

}  // namespace keyferry::mailbox
