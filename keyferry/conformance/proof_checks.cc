// claims that need the secret. An extension: a relay that does not echo claimHash is not
// judged.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

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
  const Device cy;
  Notes notes;
  const ClaimKey key = new_claim_key();
  KF_TRY(Scene scene, Scene::open(relay, proof_wish(key)));
  if (!knows_proofs(scene.box)) return skip(kUnknown);
  KF_TRY(const Answer first, answered(relay, proven(scene.recipient.read(scene.box), key), 200,
                                      "a Read with the right proof"));
  KF_TRY(scene.join("a Read with the right proof"));
  for (const Call& call : {proven(cy.read(scene.box), key), cy.read(scene.box),
                           proven(cy.update(scene.box), key), proven(cy.remove(scene.box), key)}) {
    KF_TRY(scene.refused(call, {401}, {403},
                         call.method + " by a second claim, with the right proof or without",
                         notes));
  }
  return notes.finding("the right proof binds; after that another claim gets 401, proof or not");
}

// strangers_reads are Reads that must all get the same, whatever the state of the mailbox; each
// twice in a row.
std::vector<Call> strangers_reads(const Box& box) {
  const Device eve;
  Call waiting = eve.read(box);
  waiting.more.add("Prefer", "wait=10");
  std::vector<Call> out;
  for (const Call& call : {eve.read(box), proven(eve.read(box), new_claim_key()), waiting}) {
    out.insert(out.end(), 2, call);
  }
  return out;
}

Result<std::vector<Answer>> refusals(Subject& relay, const Box& box) {
  std::vector<Answer> out;
  for (const Call& call : strangers_reads(box)) {
    KF_TRY(Answer answer, relay.send(call));
    KF_TRY(must(answer.status == 401, "a Read without the right proof answered " + answer.said()));
    out.push_back(std::move(answer));
  }
  return out;
}

// must_be_one_refusal demands that neither the state of the mailbox nor what was shown changes the
// answer.
Result<Done> must_be_one_refusal(const std::vector<Answer>& of_free,
                                 const std::vector<Answer>& of_claimed) {
  const auto two = [](const std::vector<Answer>& all, std::size_t i) {
    return std::vector{all[i], all[i + 1]};
  };
  for (std::size_t i = 0; i < of_free.size(); i += 2) {
    const auto told = telling(two(of_free, i), two(of_claimed, i));
    KF_TRY(
        must(!told,
             "the 401 to a Read without the right proof shows whether the mailbox is claimed, in " +
                 told.value_or("")));
    for (const auto* answers : {&of_free, &of_claimed}) {
      const auto kind = telling(two(*answers, 0), two(*answers, i));
      KF_TRY(must(!kind, "the 401 to a Read without proof and to one with a wrong one differ in " +
                             kind.value_or("")));
    }
  }
  for (const auto* answers : {&of_free, &of_claimed}) {
    for (const Answer& answer : *answers) {
      KF_TRY(must(answer.body == of_free[0].body,
                  "the body of a 401 to a Read without the right proof is not always the same: it "
                  "may show whether the mailbox is claimed"));
    }
  }
  return Done{};
}

Result<Finding> no_proof_no_claim(Subject& relay) {
  const ClaimKey key = new_claim_key();
  KF_TRY(Scene scene, Scene::open(relay, proof_wish(key)));
  if (!knows_proofs(scene.box)) return skip(kUnknown);
  const auto started = std::chrono::steady_clock::now();
  KF_TRY(const auto of_free, refusals(relay, scene.box));
  const auto took = std::chrono::steady_clock::now() - started;
  KF_TRY(must(took < std::chrono::seconds(9), "a Read without the right proof was let wait"));
  KF_TRY(scene.stays("Reads without the right proof"));
  scene.key = key;
  KF_TRY(scene.join("Reads without the right proof"));
  KF_TRY(const auto of_claimed, refusals(relay, scene.box));
  KF_TRY(scene.stays("Reads without the right proof"));
  KF_TRY(must_be_one_refusal(of_free, of_claimed));
  return pass("no proof and a wrong one get one 401 at once, claimed or not, and bind nothing");
}

Result<Finding> provisional(Subject& relay) {
  const ClaimKey key = new_claim_key();
  const Device bo;
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay, proof_wish(key, false)));
  if (!knows_proofs(scene.box)) return skip(kUnknown);
  const Device bot = scene.recipient;
  KF_TRY(scene.refused(proven(Device().read(scene.box), new_claim_key()), {401}, {403},
                       "a Read with a wrong proof", notes));
  KF_TRY(must_hold(relay, proven(bo.read(scene.box), key), scene.payload,
                   "a Read with the right proof after one without"));
  scene.recipient = bo;
  KF_TRY(scene.looks_again());
  for (const Call& call : {bot.read(scene.box), bot.update(scene.box), bot.remove(scene.box),
                           bot.relinquish(scene.box)}) {
    KF_TRY(scene.refused(call, {401}, {403}, call.method + " by the one who was displaced", notes));
  }
  KF_TRY(scene.writes(bo, "an Update by the one who proved"));
  return notes.finding("who proves displaces who only read");
}

Result<Finding> settled(Subject& relay) {
  const ClaimKey key = new_claim_key();
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay, proof_wish(key, false)));
  if (!knows_proofs(scene.box)) return skip(kUnknown);
  KF_TRY(scene.writes(scene.recipient, "an Update by who read without proof"));
  KF_TRY(scene.refused(proven(Device().read(scene.box), key), {401}, {403},
                       "the right proof after the other has written", notes));
  KF_TRY(Scene other, Scene::claimed(relay, proof_wish(key, false)));
  KF_TRY(other.writes(other.creator, "an Update by the creator"));
  KF_TRY(other.refused(proven(Device().read(other.box), key), {401}, {403},
                       "the right proof after the creator has written", notes));
  return notes.finding("who has written, or was written to, is not displaced");
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
