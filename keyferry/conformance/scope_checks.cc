// A-05 and A-31: which requests are the same one, and which claims and mailboxes. A request is told
// by its call, its mailbox, its claim and its id as it was sent; a UUID is the same in either case.
#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

Call with_id(Call call, const std::string& id) {
  call.request_id = id;
  return call;
}

// must_write demands that an Update is carried out although its request id was used before.
Result<Done> must_write(Scene& scene, const Device& writer, const std::string& id,
                        const std::string& what) {
  return scene.writes(writer, with_id(writer.update(scene.box), id), what);
}

Result<Finding> two_mailboxes(Subject& relay) {
  const std::string id = new_uuid();
  KF_TRY(Scene one, Scene::open(relay));
  KF_TRY(Scene other, Scene::open(relay));
  KF_TRY(must_write(one, one.creator, id, "an Update"));
  // One device in both, as no wallet of ours does it: the relay must not mix them up.
  Device both;
  KF_TRY(const Answer made, answered(relay, with_id(both.create(create_body(relay)), id), 200,
                                     "a Create with the request id of another claim"));
  KF_TRY(const Box first, box_of(made));
  KF_TRY(const Box second, make_box(relay, both));
  for (const Box& box : {first, second}) {
    const Call call = with_id(both.update(box), id);
    KF_TRY(answered(relay, call, 200,
                    "an Update with a request id that the claim used in another mailbox"));
  }
  KF_TRY(must_write(other, other.creator, id, "an Update with a request id of another mailbox"));
  KF_TRY(one.stays("the same request id in another mailbox"));
  return pass("the same id in two mailboxes is two requests");
}

Result<Finding> two_calls(Subject& relay) {
  const std::string id = new_uuid();
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(must_write(scene, scene.recipient, id, "an Update"));
  KF_TRY(const Answer freed, relay.send(with_id(scene.recipient.relinquish(scene.box), id)));
  KF_TRY(must(freed.status != 201,
              "a Relinquish with the request id of an Update was taken for a repeat"));
  if (freed.success()) {
    scene.recipient = Device();
    KF_TRY(answered(relay, scene.recipient.read(scene.box), 200,
                    "a first Read after a Relinquish with the request id of an Update"));
  }
  const Device ada;
  const Call create = with_id(ada.create(create_body(relay)), id);
  KF_TRY(const Answer made, answered(relay, create, 200, "Create"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(answered(relay, with_id(ada.update(box), id), 200,
                  "an Update with the request id of the Create"));
  KF_TRY(
      succeeded(relay, with_id(ada.remove(box), id), "a Delete with the request id of an Update"));
  KF_TRY(answered(relay, ada.read(box), 404, "a Read after a Delete with that request id"));
  return pass("the same id on another call is another request");
}

Result<Finding> case_of_request_ids(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  KF_TRY(const Answer taken, relay.send(with_id(scene.creator.update(scene.box), "kf-case")));
  if (taken.status == 400) return skip("this relay takes only UUIDs as request ids");
  KF_TRY(must_write(scene, scene.creator, "kf-case-a", "an Update whose request id is no UUID"));
  KF_TRY(must_write(scene, scene.creator, "KF-CASE-A",
                    "an Update whose request id differs in case only"));
  KF_TRY(must_write(scene, scene.creator, "kf-case-", "an Update whose request id is shorter"));
  KF_TRY(must_write(scene, scene.creator, "kf-case-ab", "an Update whose request id is longer"));
  const Device ada;
  std::string made;
  for (const char* id : {"kf-create", "KF-Create", "kf-creat", "kf-create-"}) {
    KF_TRY(const Answer answer, answered(relay, with_id(ada.create(create_body(relay)), id), 200,
                                         "a Create whose request id is nearly that of another"));
    KF_TRY(const Box box, box_of(answer));
    KF_TRY(must(box.id != made, "two Creates with different request ids made one mailbox"));
    made = box.id;
  }
  return pass("request ids are compared as they were sent, whole");
}

// What was refused was not carried out: the same id with a sound request is no repeat.
Result<Finding> refused_ids(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    const std::string id = new_uuid();
    Call wrong = with_id(device->update(scene.box), id);
    wrong.body = R"({"payload":7})";
    KF_TRY(
        scene.refused(wrong, {400}, {413, 415, 422}, "an Update without a sound payload", notes));
    wrong = with_id(device->update(scene.box), id);
    wrong.content_type = "text/plain";
    KF_TRY(scene.refused(wrong, {415}, {400, 406, 422}, "an Update of type text/plain", notes));
    KF_TRY(must_write(scene, *device, id, "an Update with the request id of a refused one"));
  }
  return notes.finding("the id of a refused Update is not used up");
}

Result<Finding> refused_creates(Subject& relay) {
  Notes notes;
  Call refusals[3];
  const Device ada;
  for (Call& call : refusals) call = ada.create(create_body(relay));
  refusals[0].body = "{";
  refusals[1].content_type = "text/plain";
  auto body = create_body(relay);
  body["mailboxConfiguration"].as_object()["accessRights"] = "RX";
  refusals[2].body = codec::encode_json(body);
  for (const Call& call : refusals) {
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_be(answer, {400, 415}, {406, 413, 422}, "a Create that is not sound", notes));
    const Call sound = with_id(ada.create(create_body(relay)), *call.request_id);
    KF_TRY(const Answer made,
           answered(relay, sound, 200, "a sound Create with the request id of a refused one"));
    KF_TRY(box_of(made));
  }
  return notes.finding("a refused Create makes nothing and does not use up its id");
}

Result<Finding> case_of_mailbox_ids(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  const Box lower = scene.box;
  scene.looks_at_page = false;  // it may show its own address
  scene.box.path = "/v1/m/" + upper(lower.id);
  KF_TRY(scene.stays("nothing but the mailbox id in upper case in the path,"));
  KF_TRY(scene.join());
  KF_TRY(scene.writes(scene.recipient, "an Update with the mailbox id in upper case"));
  scene.box = lower;
  KF_TRY(scene.stays("calls with the mailbox id in upper case"));
  KF_TRY(scene.writes(scene.creator, "an Update"));
  Notes notes;
  Box mixed = lower;
  mixed.path = "/v1/m/" + upper(lower.id);
  KF_TRY(scene.refused(Device().read(mixed), {401}, {403},
                       "a Read by a third claim with the mailbox id in upper case", notes));
  KF_TRY(succeeded(relay, scene.creator.remove(mixed), "a Delete with the id in upper case"));
  KF_TRY(answered(relay, scene.creator.read(lower), 404, "a Read after that Delete"));
  relay.forget(lower);
  return notes.finding("a mailbox id in upper case names the same mailbox");
}

Result<Finding> case_of_claims(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  const Device ada = scene.creator;
  scene.creator.claim = upper(ada.claim);
  KF_TRY(scene.stays("nothing but the creator's claim in upper case"));
  KF_TRY(scene.join("a Read with the creator's claim in upper case"));
  const Device bo = scene.recipient;
  const Call update = bo.update(scene.box);
  KF_TRY(scene.writes(bo, update, "an Update"));
  scene.recipient.claim = upper(bo.claim);
  KF_TRY(scene.stays("nothing but the recipient's claim in upper case"));
  Call again = update;
  again.claim = scene.recipient.claim;
  KF_TRY(scene.repeated(again, {201}, "a repeated Update with the claim in upper case", notes));
  KF_TRY(scene.writes(scene.recipient, "an Update with the recipient's claim in upper case"));
  scene.creator = ada;
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  scene.creator.claim = upper(ada.claim);
  KF_TRY(succeeded(relay, scene.creator.remove(scene.box),
                   "a Delete with the creator's claim in upper case"));
  return notes.finding("one claim in either case is one device");
}

Result<Finding> case_of_first_claim(Subject& relay) {
  const Device ada;
  const Call create = ada.create(create_body(relay));
  KF_TRY(const Answer first, answered(relay, create, 200, "Create"));
  KF_TRY(const Box box, box_of(first));
  Call again = create;
  again.claim = upper(ada.claim);
  KF_TRY(const Answer repeat, relay.send(again));
  const auto made = box_of(repeat);
  KF_TRY(must(repeat.status == 201 && (!made || made->id == box.id),
              "a Create repeated with the claim in upper case made a second mailbox"));
  const Device bo;
  Device upper_bo{upper(bo.claim)};
  KF_TRY(answered(relay, upper_bo.read(box), 200, "a first Read with a claim in upper case"));
  KF_TRY(answered(relay, bo.read(box), 200, "a Read with the bound claim in lower case"));
  const Call freed = bo.relinquish(box);
  KF_TRY(succeeded(relay, freed, "a Relinquish with the bound claim in lower case"));
  return pass("a claim bound in one case is bound in the other");
}

constexpr Check kChecks[] = {
    {"A-05.mailboxes", "a request id counts in one mailbox", two_mailboxes},
    {"A-05.calls", "a request id counts for one kind of call", two_calls},
    {"A-05.case", "request ids are compared as they were sent", case_of_request_ids},
    {"A-05.refused", "the id of a refused Update is not used up", refused_ids},
    {"A-05.creates", "a refused Create makes nothing", refused_creates},
    {"A-31.path", "a mailbox id is the same in either case", case_of_mailbox_ids},
    {"A-31.case", "a claim is the same in either case", case_of_claims},
    {"A-31.bound", "a claim is bound in either case", case_of_first_claim},
};

}  // namespace

Checks scope_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
