// What a call leaves alone: the rest of its mailbox, and all other mailboxes.
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr int kFurtherMailboxes = 32;

Call with_token(const Device& device, const Box& box) {
  Call call = device.update(box);
  call.body = codec::encode_json(object{
      {"payload", random_payload()},
      {"notificationToken", {{"type", "com.example.none"}, {"tokenData", "kf-" + new_uuid()}}}});
  return call;
}

Result<Finding> writes_leave_the_rest(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  KF_TRY(scene.join("an Update by the creator"));
  for (int turn = 0; turn < 2; ++turn) {
    KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
    KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
    KF_TRY(scene.writes(scene.creator, "a second Update in a row"));
  }
  KF_TRY(const Answer token, relay.send(with_token(scene.recipient, scene.box)));
  if (token.status == 400) return pass("texts, expiration and who is bound stay");
  KF_TRY(scene.looks_again());
  KF_TRY(scene.writes(scene.recipient, with_token(scene.recipient, scene.box),
                      "an Update with a notificationToken"));
  return pass("texts, expiration and who is bound stay");
}

Result<Finding> an_update_carries_a_payload_only(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const Device* writer : {&scene.recipient, &scene.creator}) {
    Call call = writer->update(scene.box);
    object body = create_body(relay);
    body["displayInformation"].as_object()["title"] = "Another title";
    body["mailboxConfiguration"] = object{
        {"expiration", expiration_after(relay, std::chrono::minutes(3))}, {"accessRights", "R"}};
    body["expiration"] = expiration_after(relay, std::chrono::minutes(3));
    call.body = codec::encode_json(body);
    KF_TRY(const Answer answer, relay.send(call));
    if (answer.status == 400) return pass("an Update with members of a Create is refused");
    KF_TRY(
        must(answer.status == 200, "an Update with members of a Create answered " + answer.said()));
    scene.payload = body.at("payload").as_object();
    KF_TRY(scene.keeps_all_but_the_payload("an Update with members of a Create"));
    KF_TRY(scene.writes(scene.recipient, "a further Update by the recipient"));
  }
  return pass("an Update with members of a Create changes the payload alone");
}

Result<Finding> reads_leave_the_rest(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  KF_TRY(scene.stays("Reads by the creator"));
  KF_TRY(scene.join());
  for (int i = 0; i < 3; ++i) {
    KF_TRY(scene.stays("Reads by both sides"));
  }
  return pass("a first Read binds and changes nothing else; further ones change nothing");
}

Result<Finding> giving_up_leaves_the_rest(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (int round = 0; round < 2; ++round) {
    KF_TRY(scene.gives_up());
    KF_TRY(scene.stays("a Relinquish"));
    KF_TRY(scene.join("a Relinquish"));
  }
  KF_TRY(scene.writes(scene.recipient, "an Update by the next recipient"));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  return pass("texts, expiration and payload stay, for the next too");
}

// Bystanders share claims with the mailbox that things are done to.
struct Bystanders {
  std::vector<Scene> all;
  Result<Done> stay(const std::string& after) {
    for (Scene& one : all) {
      KF_TRY(one.stays(after + " in another mailbox"));
    }
    return Done{};
  }
};

Result<Scene> with_sides(Subject& relay, const Device& creator, const Device& recipient) {
  KF_TRY(Scene scene, Scene::open(relay, {}, creator));
  scene.recipient = recipient;
  return scene;
}

Result<Finding> others_are_left_alone(Subject& relay) {
  const Device ada, bo, cy;
  Notes notes;
  KF_TRY(Scene scene, with_sides(relay, ada, bo));
  KF_TRY(Scene same, with_sides(relay, ada, bo));
  KF_TRY(Scene turned, with_sides(relay, bo, ada));
  KF_TRY(Scene free, with_sides(relay, ada, Device()));
  for (Scene* one : {&scene, &same, &turned}) {
    KF_TRY(one->join());
  }
  KF_TRY(same.writes(bo, "an Update"));
  KF_TRY(free.refused(bo.update(free.box), {401}, {403},
                      "an Update by the recipient of another mailbox", notes));
  KF_TRY(free.refused(bo.remove(free.box), {401}, {403},
                      "a Delete by the recipient of another mailbox", notes));
  Bystanders others{{same, turned, free}};
  KF_TRY(scene.writes(ada, "an Update"));
  KF_TRY(others.stay("an Update by the creator"));
  KF_TRY(scene.writes(bo, "an Update"));
  KF_TRY(others.stay("an Update by the recipient"));
  KF_TRY(succeeded(relay, turned.creator.read(turned.box), "Read"));
  KF_TRY(make_box(relay, ada));
  KF_TRY(others.stay("a further Create"));
  KF_TRY(const Box freed, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(freed), 200, "Read"));
  KF_TRY(succeeded(relay, bo.relinquish(freed), "Relinquish"));
  KF_TRY(others.stay("a Relinquish"));
  KF_TRY(succeeded(relay, ada.remove(scene.box), "Delete"));
  KF_TRY(others.stay("a Delete by the creator"));
  KF_TRY(answered(relay, cy.read(freed), 200, "a first Read of a further mailbox"));
  return notes.finding("Update, Relinquish, Create and Delete touch one mailbox");
}

Result<Finding> kept_to_the_end(Subject& relay) {
  auto& bystander = make_bystander(relay);
  if (!bystander) return bystander.error();
  for (int i = 0; i < kFurtherMailboxes; ++i) {
    KF_TRY(make_box(relay, Device()));
  }
  KF_TRY(bystander->stays("all the rest of the run"));
  KF_TRY(bystander->writes(bystander->recipient, "an Update after all the rest of the run"));
  return pass("a mailbox of the beginning is as it was");
}

constexpr Check kChecks[] = {
    {"API-02.rest", "an Update changes the payload and nothing else", writes_leave_the_rest},
    {"API-02.members", "an Update takes no members of a Create", an_update_carries_a_payload_only},
    {"API-05.rest", "a Read changes nothing but who is bound", reads_leave_the_rest},
    {"CLM-08.rest", "a Relinquish changes nothing but who is bound", giving_up_leaves_the_rest},
    {"REL-13.others", "a call touches one mailbox", others_are_left_alone},
};

constexpr Check kLastChecks[] = {
    {"REL-05.kept", "what is left alone stays", kept_to_the_end, true},
};

}  // namespace

Result<Scene>& make_bystander(Subject& relay) {
  if (!relay.bystander) {
    relay.bystander = std::make_shared<Result<Scene>>(Scene::claimed(relay));
  }
  return *relay.bystander;
}

Checks state_checks() {
  return kChecks;
}

Checks last_state_checks() {
  return kLastChecks;
}

}  // namespace keyferry::conformance
