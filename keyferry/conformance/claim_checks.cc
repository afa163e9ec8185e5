// Section 1D: who may do what with a claim, tried one after the other (races: race_checks.cc).
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

// every_call is what anybody may try on a mailbox, with this device's claim.
std::vector<Call> every_call(const Device& device, const Box& box) {
  return {device.read(box), device.update(box), device.remove(box), device.relinquish(box)};
}

constexpr std::initializer_list<int> kNoClaim = {401};
constexpr std::initializer_list<int> kNoClaimToo = {400, 403};

Result<Finding> malformed_claims(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  const std::string good = new_uuid();
  const std::string wrong[] = {
      "x",        good.substr(0, 8), good.substr(1),
      good + "0", "{" + good + "}",  "not-a-uuid-but-36-characters-long-xx"};
  for (const std::string& claim : wrong) {
    const Device eve{claim};
    const std::string what = " with the malformed claim \"" + claim + "\"";
    KF_TRY(const Answer made, relay.send(eve.create(create_body(relay))));
    KF_TRY(must_be(made, kNoClaim, kNoClaimToo, "a Create" + what, notes));
    for (const Call& call : every_call(eve, scene.box)) {
      const std::string verb = call.method == "POST" ? "a Read" : "a " + call.method;
      KF_TRY(scene.refused(call, kNoClaim, kNoClaimToo, verb + what, notes));
    }
  }
  KF_TRY(scene.join("calls with malformed claims"));
  return notes.finding("401, and nothing is claimed");
}

Result<Finding> any_uuid(Subject& relay) {
  const std::string claims[] = {"6ba7b810-9dad-11d1-80b4-00c04fd430c8",  // version 1
                                "6BA7B814-9DAD-51D1-80B4-00C04FD430C8"};
  for (const std::string& claim : claims) {
    const Device device{claim};
    KF_TRY(const Box box, make_box(relay, device));
    KF_TRY(
        answered(relay, device.read(box), 200, "a Read with a claim of another version or case"));
  }
  return pass("other versions and upper case are taken");
}

Result<Finding> creator_claims_nothing(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  for (int i = 0; i < 3; ++i) {
    KF_TRY(scene.stays("Reads by the creator"));
  }
  KF_TRY(scene.join("Reads by the creator"));
  KF_TRY(scene.stays("Reads by both sides"));
  return pass("the creator reads and claims nothing");
}

Result<Finding> claim_needed(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  auto calls = every_call(scene.creator, scene.box);
  calls.push_back(scene.creator.create(create_body(relay)));
  for (Call& call : calls) {
    call.claim.reset();
    KF_TRY(scene.refused(call, kNoClaim, kNoClaimToo, call.method + " without a claim", notes));
  }
  KF_TRY(scene.join("calls without a claim"));
  return notes.finding("401 on all five calls, and nothing is changed");
}

Result<Finding> one_claim_only(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  const Device bo;
  for (Call call : {bo.create(create_body(relay)), scene.creator.update(scene.box),
                    scene.creator.remove(scene.box), bo.read(scene.box)}) {
    call.more.add("Mailbox-Device-Claim", new_uuid());
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_be(answer, {401}, {400, 403, 200}, call.method + " with two claims", notes));
    if (answer.success()) return notes.finding("");
    KF_TRY(scene.stays(call.method + " with two claims"));
  }
  KF_TRY(scene.join("calls with two claims"));
  return notes.finding("two claims on one call get 401, and nothing is changed");
}

Result<Finding> creator_is_bound(Subject& relay) {
  Notes notes;
  // Without a Read of its own before.
  const Device ada;
  KF_TRY(const Box unread, make_box(relay, ada));
  KF_TRY(answered(relay, ada.update(unread), 200, "an Update by the creator before any Read"));
  KF_TRY(Scene scene, Scene::open(relay));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator before any Read"));
  KF_TRY(scene.refused(Device().update(scene.box), {401}, {403},
                       "an Update by another claim before any Read", notes));
  KF_TRY(scene.join("an Update by another claim"));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator after a claim"));
  return notes.finding("the creator writes from the start, and still after a claim");
}

Result<Finding> first_reader_wins(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (int i = 0; i < 2; ++i) {
    KF_TRY(scene.refused(Device().read(scene.box), {401}, {403}, "a Read by a second other claim",
                         notes));
  }
  return notes.finding("the first other claim is bound, the second gets 401");
}

Result<Finding> third_is_refused(Subject& relay) {
  const Device eve;
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const bool answered_to : {false, true}) {
    if (answered_to) {
      KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
    }
    for (const Call& call : every_call(eve, scene.box)) {
      KF_TRY(scene.refused(call, {401}, {403}, call.method + " by a third claim", notes));
    }
  }
  return notes.finding("401 on Read, Update, Delete and Relinquish, and nothing is changed");
}

// Whatever strangers try, the two go on as if nothing had been.
Result<Finding> no_interference(Subject& relay) {
  const Device eve;
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
  auto calls = every_call(eve, scene.box);
  for (Call call : every_call(eve, scene.box)) {
    call.claim.reset();
    calls.push_back(call);
  }
  for (const char* method : {"GET", "HEAD", "OPTIONS", "PROPFIND"}) {
    calls.push_back(preview(scene.box));
    calls.back().method = method;
  }
  for (const Call& call : calls) {
    KF_TRY(relay.send(call));
    KF_TRY(scene.stays(call.method + " by a stranger"));
  }
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  return pass("twelve calls by strangers changed nothing for the two");
}

Result<Finding> same_claim_reads_again(Subject& relay) {
  const Device ada, bo;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  const Call call = bo.read(box);
  std::vector<Answer> reads;
  for (int i = 0; i < 4; ++i) {
    KF_TRY(must_hold(relay, call, wish.payload, "a repeated Read"));
    KF_TRY(Answer read, answered(relay, call, 200, "a repeated Read"));
    reads.push_back(std::move(read));
  }
  Notes notes;
  KF_TRY(must_look_alike({reads[0], reads[1]}, {reads[2], reads[3]}, "repeated Reads", notes));
  return pass("a claim reads as often as it likes");
}

Result<Finding> only_read_binds(Subject& relay) {
  const Device bo;
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  for (const Call& call : {bo.update(scene.box), bo.remove(scene.box), bo.relinquish(scene.box)}) {
    KF_TRY(scene.refused(call, {401}, {403}, call.method + " by a claim that has not read", notes));
  }
  KF_TRY(scene.join("PUT, DELETE and PATCH"));
  return notes.finding("401, and nothing is bound or changed");
}

// What a stranger who has not read hears is the same whether anybody has: only a Read, which
// claims, tells.
Result<Finding> strangers_hear_nothing(Subject& relay) {
  const Device eve;
  Notes notes;
  KF_TRY(Scene free, Scene::open(relay));
  KF_TRY(Scene held, Scene::claimed(relay));
  const auto calls = [&](const Scene& scene) {
    std::vector<Call> out;
    for (const Call& call :
         {eve.update(scene.box), eve.remove(scene.box), eve.relinquish(scene.box)}) {
      out.insert(out.end(), 2, call);
    }
    return out;
  };
  KF_TRY(const Groups answers, ask_in_turns(relay, calls(free), calls(held)));
  for (std::size_t i = 0; i < answers.ones.size(); i += 2) {
    const std::string what = "refusals of " + calls(free)[i].method +
                             " by a stranger, in a free and in a claimed mailbox,";
    KF_TRY(must_look_alike({answers.ones[i], answers.ones[i + 1]},
                           {answers.others[i], answers.others[i + 1]}, what, notes));
  }
  return notes.finding("Update, Delete and Relinquish are refused alike in both");
}

Result<Finding> looking_claims_nothing(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
    for (const char* accept : {"*/*", "text/html", "application/json"}) {
      Call call = preview(scene.box);
      call.method = method;
      call.more.add("Accept", accept);
      call.claim = new_uuid();  // link unfurlers send none; with one it must not bind either
      KF_TRY(relay.send(call));
      KF_TRY(scene.stays(call.method + " with a claim"));
    }
  }
  KF_TRY(scene.join("GET, HEAD and OPTIONS"));
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    Call call = preview(scene.box);
    call.claim = device->claim;
    KF_TRY(relay.send(call));
    KF_TRY(scene.stays("a GET with the claim of one of the two"));
  }
  return pass("GET, HEAD and OPTIONS claimed and consumed nothing");
}

Result<Finding> told_how(Subject& relay) {
  const Device ada, bo, eve;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(const Answer refused, relay.send(eve.read(box)));
  KF_TRY(must(refused.status == 401 || refused.status == 403,
              "a Read by a third claim answered " + refused.said()));
  if (refused.status == 403) return allowed("403, which needs no WWW-Authenticate");
  const auto header = refused.headers.find("WWW-Authenticate");
  return header ? pass("WWW-Authenticate: " + std::string(*header).substr(0, 60))
                : allowed("401 without WWW-Authenticate, which RFC 9110 asks for");
}

Result<Finding> words_of_errors(Subject& relay) {
  const Device ada, bo, eve;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(const Answer refused, relay.send(eve.read(box)));
  KF_TRY(must(!refused.success(), "a Read by a third claim answered " + refused.said()));
  const auto body = refused.json();
  if (refused.media_type() == "application/problem+json" && body && body->contains("error")) {
    return pass("problem+json: " + refused.said());
  }
  return allowed("errors are \"" + refused.media_type() + "\", without words for programs");
}

constexpr Check kChecks[] = {
    {"CLM-01", "a malformed claim is refused", malformed_claims},
    {"CLM-02", "the creator's own Read does not fill the recipient's side", creator_claims_nothing},
    {"CLM-04", "Create, Read, Update, Delete and Relinquish need a claim", claim_needed},
    {"CLM-05", "the creator's claim is bound at creation", creator_is_bound},
    {"CLM-06.order", "the first other claim that reads is bound", first_reader_wins},
    {"CLM-07", "a third claim is refused on every call", third_is_refused},
    {"REL-13", "third parties cannot interfere", no_interference},
    {"A-08", "a repeated Read is safe", same_claim_reads_again},
    {"A-12", "errors are problem documents", words_of_errors},
    {"A-13", "a 401 has WWW-Authenticate", told_how},
    {"A-24", "only a Read binds", only_read_binds},
    {"A-24.alike", "strangers' writes are refused alike, claimed or not", strangers_hear_nothing},
    {"A-25", "looking at the page binds and consumes nothing", looking_claims_nothing},
    {"A-31", "a claim may be any UUID", any_uuid},
    {"A-32", "two claims on one call are refused", one_claim_only},
};

}  // namespace

Checks claim_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
