#include "keyferry/mailbox/claim.h"

namespace keyferry::mailbox {
namespace {

enum class Proof { none, right, wrong };

Proof check_proof(const ClaimRule& rule, const std::optional<ClaimKeyHash>& proof) {
  if (!rule.key_hash || !proof) return Proof::none;
  return same(*rule.key_hash, *proof) ? Proof::right : Proof::wrong;
}

Error claim_proof_needed() {
  return fail(Errc::unauthorized,
              "the proof of the claim key is missing or wrong; nothing was claimed", "claim_proof");
}

Error claimed_by_another() {
  return fail(Errc::unauthorized, "another device has claimed this mailbox", "claimed");
}

const HashedClaim* holder(const Recipient& recipient) {
  if (const auto* bound = std::get_if<Bound>(&recipient)) return &bound->claim;
  if (const auto* provisional = std::get_if<Provisional>(&recipient)) return &provisional->claim;
  return nullptr;
}

}  // namespace

//= spec:tigress#CLM-02
//= spec:tigress#A-22
//= spec:quality#1-claim
//= spec:quality#1-reading
Party decide_party(const Mailbox& box, const HashedClaim& claim) {
  if (same(box.creator, claim)) return Party::creator;
  const HashedClaim* held_by = holder(box.recipient);
  return held_by && same(*held_by, claim) ? Party::recipient : Party::stranger;
}

//= spec:tigress#CLM-06
//= spec:tigress#REL-13
//= spec:tigress#CLM-07
//= spec:tigress#A-33
//= spec:tigress#A-55
Result<Recipient> decide_claim(const Mailbox& box, const HashedClaim& claim,
                               const std::optional<ClaimKeyHash>& proof) {
  const HashedClaim* held_by = holder(box.recipient);
  const bool mine = held_by && same(*held_by, claim);
  const bool firm = std::holds_alternative<Bound>(box.recipient);
  if (mine && firm) return box.recipient;

  const Proof shown = check_proof(box.rule, proof);
  if (shown == Proof::wrong) return claim_proof_needed();
  if (shown == Proof::none && box.rule.proof_only) return claim_proof_needed();
  if (firm) return claimed_by_another();
  if (shown == Proof::right) return Bound{claim, false, std::nullopt};
  if (mine) return box.recipient;
  if (held_by) return claimed_by_another();
  if (box.rule.key_hash) return Provisional{claim};
  return Bound{claim, false, std::nullopt};
}

void settle(Recipient& recipient) {
  if (const auto* provisional = std::get_if<Provisional>(&recipient)) {
    recipient = Bound{provisional->claim, false, std::nullopt};
  }
}

}  // namespace keyferry::mailbox
