// claims that need the secret. An extension: a relay that does not echo claimHash is not
// judged.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/claim_key.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

const char* const kUnknown = "this relay knows no claimHash";

Call proven(Call call, const ClaimKey& key) {
  prove(call, key);
  return call;
}

Result<Finding> echoed(Subject& relay) {
  const ClaimKey key = new_claim_key();
  KF_TRY(const Box box, make_box(relay, Device(), proof_wish(key)));
  if (!knows_proofs(box)) return skip(kUnknown);
  const auto* policy = box.made.if_contains("claimPolicy");
  KF_TRY(must(box.made.at("claimHash") == boost::json::value(hash_of(key)),
              "Create echoes another claimHash"));
  KF_TRY(must(policy != nullptr && *policy == "proof", "Create does not echo claimPolicy"));
  KF_TRY(const Box half, make_box(relay, Device(), proof_wish(key, false)));
  KF_TRY(must(!half.made.contains("claimPolicy"), "a policy is told that was not asked for"));
  return pass("claimHash and claimPolicy are echoed");
}

Result<Finding> malformed(Subject& relay) {
  const ClaimKey key = new_claim_key();
  KF_TRY(const Box box, make_box(relay, Device(), proof_wish(key)));
  if (!knows_proofs(box)) return skip(kUnknown);
  Notes notes;
  const object wrong[] = {{{"claimHash", "short"}},
                          {{"claimHash", hash_of(key) + "="}},
                          {{"claimHash", 7}},
                          {{"claimPolicy", "proof"}},
                          {{"claimHash", hash_of(key)}, {"claimPolicy", "perhaps"}}};
  for (const object& more : wrong) {
    MailboxWish wish;
    wish.more = more;
    KF_TRY(const Answer answer, relay.send(Device().create(create_body(relay, wish))));
    KF_TRY(must_be(answer, {400}, {422}, "a malformed claim rule", notes));
  }
  return notes.finding("400 for malformed hashes, unknown policies and a policy without hash");
}

Result<Finding> proof_binds(Subject& relay) {
  const ClaimKey key = new_claim_key();
  const Device ada, bo, cy;
  Notes notes;
  MailboxWish wish = proof_wish(key);
  KF_TRY(const Box box, make_box(relay, ada, wish));
  if (!knows_proofs(box)) return skip(kUnknown);
  KF_TRY(must_hold(relay, proven(bo.read(box), key), wish.payload, "a Read with the right proof"));
  KF_TRY(answered(relay, bo.read(box), 200, "a further Read without the proof"));
  KF_TRY(const Answer second, relay.send(proven(cy.read(box), key)));
  KF_TRY(must_refuse(second, "a second claim with the right proof", notes));
  return notes.finding("the right proof binds; after that another claim gets 401, proof or not");
}

// strangers_reads are Reads that must all get the same, whatever the state of the mailbox.
std::vector<Call> strangers_reads(const Box& box) {
  const Device eve;
  std::vector<Call> calls{eve.read(box), proven(eve.read(box), new_claim_key()), eve.read(box)};
  calls[2].more.add("Prefer", "wait=10");
  return calls;
}

Result<Finding> no_proof_no_claim(Subject& relay) {
  const ClaimKey key = new_claim_key();
  const Device ada, bo;
  MailboxWish wish = proof_wish(key);
  KF_TRY(const Box box, make_box(relay, ada, wish));
  if (!knows_proofs(box)) return skip(kUnknown);
  std::vector<Answer> answers;
  const auto started = std::chrono::steady_clock::now();
  for (const bool claimed : {false, true}) {
    if (claimed) {
      KF_TRY(must_hold(relay, proven(bo.read(box), key), wish.payload,
                       "a Read with the right proof after Reads without"));
    }
    for (const Call& call : strangers_reads(box)) {
      KF_TRY(Answer answer, relay.send(call));
      KF_TRY(
          must(answer.status == 401, "a Read without the right proof answered " + answer.said()));
      answers.push_back(std::move(answer));
    }
  }
  const auto took = std::chrono::steady_clock::now() - started;
  for (const Answer& answer : answers) {
    KF_TRY(must(answer.body == answers[0].body,
                "the 401 to a Read without the right proof shows whether the mailbox is claimed"));
  }
  KF_TRY(must(took < std::chrono::seconds(9), "a Read without the right proof was let wait"));
  return pass("no proof and a wrong one get one 401 at once, claimed or not, and bind nothing");
}

Result<Finding> provisional(Subject& relay) {
  const ClaimKey key = new_claim_key();
  const Device ada, bot, bo;
  Notes notes;
  MailboxWish wish = proof_wish(key, false);
  KF_TRY(const Box box, make_box(relay, ada, wish));
  if (!knows_proofs(box)) return skip(kUnknown);
  KF_TRY(must_hold(relay, bot.read(box), wish.payload, "a Read without proof, without the policy"));
  KF_TRY(must_hold(relay, proven(bo.read(box), key), wish.payload,
                   "a Read with the right proof after one without"));
  KF_TRY(const Answer displaced, relay.send(bot.read(box)));
  KF_TRY(must_refuse(displaced, "a Read by the one who was displaced", notes));
  KF_TRY(answered(relay, bo.update(box), 200, "an Update by the one who proved"));
  return notes.finding("who proves displaces who only read");
}

Result<Finding> settled(Subject& relay) {
  const ClaimKey key = new_claim_key();
  const Device ada, first, bo;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada, proof_wish(key, false)));
  if (!knows_proofs(box)) return skip(kUnknown);
  KF_TRY(answered(relay, first.read(box), 200, "Read"));
  KF_TRY(answered(relay, first.update(box), 200, "an Update by who read without proof"));
  KF_TRY(const Answer late, relay.send(proven(bo.read(box), key)));
  KF_TRY(must_refuse(late, "the right proof after the other has written", notes));
  return notes.finding("who has written is not displaced");
}

Result<Finding> header_ignored(Subject& relay) {
  const ClaimKey key = new_claim_key();
  const Device ada, bo;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  KF_TRY(must_hold(relay, proven(bo.read(box), key), wish.payload,
                   "a Read with a claim key of a mailbox that has no claimHash"));
  return pass("without claimHash the header changes nothing");
}

constexpr Check kChecks[] = {
    {"A-55.echo", "claimHash and claimPolicy are echoed", echoed},
    {"A-55.malformed", "a malformed claim rule is refused", malformed},
    {"A-55.proof", "the right proof binds", proof_binds},
    {"A-55.policy", "under the policy no proof is no claim, and tells nothing", no_proof_no_claim},
    {"A-55.provisional", "a proof displaces who only read", provisional},
    {"A-55.settled", "a proof does not displace who has written", settled},
    {"A-55.ignored", "without claimHash the proof is ignored", header_ignored},
};

}  // namespace

Checks proof_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
