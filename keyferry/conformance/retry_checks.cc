// Section 1E: the same request again, because its answer was lost.
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

// with_other_body is the retry that a client would not send: same id, another payload.
Call with_other_body(const Subject& relay, Call call) {
  object body = create_body(relay);
  if (call.method == "PUT") body = object{{"payload", random_payload()}};
  call.body = codec::encode_json(body);
  return call;
}

Result<Finding> repeated_create(Subject& relay) {
  const Device ada;
  const Call call = ada.create(create_body(relay));
  KF_TRY(const Answer first, answered(relay, call, 200, "Create"));
  KF_TRY(answered(relay, call, 201, "a repeated Create"));
  KF_TRY(answered(relay, call, 201, "a Create repeated twice"));
  return pass("200 the first time, 201 to a repeat");
}

Result<Finding> one_mailbox(Subject& relay) {
  const Device ada;
  const Call call = ada.create(create_body(relay));
  KF_TRY(const Answer first, answered(relay, call, 200, "Create"));
  KF_TRY(const Box box, box_of(first));
  KF_TRY(const Answer again, relay.send(call));
  KF_TRY(must(again.success(), "a repeated Create answered " + again.said()));
  const auto made = box_of(again);
  if (!made) return allowed("the answer to a repeat has no urlLink: who lost the first is stuck");
  KF_TRY(must(made->id == box.id, "a repeated Create made a second mailbox"));
  KF_TRY(must(made->link == box.link, "a repeated Create names another urlLink"));
  return pass("a repeat names the same mailbox");
}

// as_the_first says whether a repeat was answered as the first was: body, media type and version.
bool as_the_first(const Answer& first, const Answer& again) {
  const auto one = first.json(), other = again.json();
  const auto tag = again.headers.find("ETag");
  return one && other && *one == *other && first.media_type() == again.media_type() &&
         (!tag || tag == first.headers.find("ETag"));
}

Result<Finding> same_answer(Subject& relay) {
  const Device ada;
  const Call call = ada.create(create_body(relay));
  KF_TRY(const Answer first, answered(relay, call, 200, "Create"));
  KF_TRY(box_of(first));
  KF_TRY(const Answer again, relay.send(call));
  KF_TRY(must(again.success(), "a repeated Create answered " + again.said()));
  if (as_the_first(first, again)) return pass("the same body as the first time");
  return allowed("a repeated Create is not answered with the first body");
}

Result<Finding> body_ignored(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  // The Create of the scene has a request id of its own; this one is repeated.
  const Device ada;
  MailboxWish wish;
  const Call create = ada.create(create_body(relay, wish));
  KF_TRY(const Answer made, answered(relay, create, 200, "Create"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(const Answer before, answered(relay, ada.read(box), 200, "Read"));
  KF_TRY(
      answered(relay, with_other_body(relay, create), 201, "a repeated Create with another body"));
  KF_TRY(must_hold(relay, ada.read(box), wish.payload, "a Read after a repeated Create"));
  KF_TRY(const Answer after, answered(relay, ada.read(box), 200, "Read"));
  KF_TRY(must_look_alike({before, before}, {after, after},
                         "Reads before and after a repeated Create with another body", notes));
  KF_TRY(scene.join());
  for (const Device* writer : {&scene.creator, &scene.recipient}) {
    const Call update = writer->update(scene.box);
    KF_TRY(scene.writes(*writer, update, "an Update"));
    KF_TRY(scene.repeated(with_other_body(relay, update), {201},
                          "a repeated Update with another body", notes));
  }
  return pass("201, and the body of a repeat is ignored");
}

Result<Finding> repeated_update(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Call update = scene.creator.update(scene.box);
  KF_TRY(scene.writes(scene.creator, update, "an Update by the creator"));
  const Call reply = scene.recipient.update(scene.box);
  KF_TRY(scene.writes(scene.recipient, reply, "an Update by the recipient"));
  KF_TRY(scene.repeated(update, {201}, "a repeated Update", notes));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  KF_TRY(scene.repeated(reply, {201}, "a repeated Update by the recipient", notes));
  return pass("a repeated Update gets 201 and does not write over what came since");
}

// Who gave the mailbox up may still repeat what it did there: it writes nothing.
Result<Finding> former_repeats(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Device bo = scene.recipient;
  const Call update = bo.update(scene.box);
  KF_TRY(scene.writes(bo, update, "an Update by the recipient"));
  KF_TRY(const Answer freed, relay.send(bo.relinquish(scene.box)));
  if (freed.status == 409) return allowed("who has written cannot give up: " + freed.said());
  KF_TRY(must(freed.success(), "a Relinquish after an Update answered " + freed.said()));
  scene.recipient = Device();
  KF_TRY(answered(relay, scene.recipient.read(scene.box), 200, "a Read by the next claim"));
  KF_TRY(scene.looks_again());
  const std::string what = "an Update repeated by who gave up";
  KF_TRY(const Answer again, relay.send(update));
  KF_TRY(must_be(again, {201}, {401, 403}, what, notes));
  KF_TRY(scene.stays(what));
  return notes.finding("201, and nothing is written");
}

Result<Finding> update_answer_again(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  const Call update = scene.creator.update(scene.box);
  KF_TRY(const Answer first, answered(relay, update, 200, "Update"));
  KF_TRY(const Answer again, relay.send(update));
  KF_TRY(must(again.success(), "a repeated Update answered " + again.said()));
  return as_the_first(first, again) ? pass("the same body as the first time")
                                    : allowed("a repeated Update is answered without the body");
}

Result<Finding> repeated_relinquish(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Device bo = scene.recipient;
  const Call freed = bo.relinquish(scene.box);
  KF_TRY(succeeded(relay, freed, "Relinquish"));
  scene.recipient = Device();
  KF_TRY(scene.join("a Relinquish"));
  KF_TRY(relay.send(freed));
  // Who comes next must not get in; only then may the bound one call, or it would bind itself
  // again.
  const Device dan;
  KF_TRY(const Answer fourth, relay.send(dan.read(scene.box)));
  KF_TRY(must(!fourth.success(), "a repeated Relinquish unbound the next recipient"));
  KF_TRY(scene.stays("a repeated Relinquish"));
  return pass("a repeat unbinds nobody else");
}

Result<Finding> relinquish_known(Subject& relay) {
  const Device ada, bo, cy;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  const Call freed = bo.relinquish(box);
  KF_TRY(succeeded(relay, freed, "Relinquish"));
  KF_TRY(const Answer free, relay.send(freed));
  KF_TRY(must_be(free, {201}, {}, "a repeated Relinquish of a free mailbox", notes));
  KF_TRY(answered(relay, cy.read(box), 200, "a Read by the next claim"));
  KF_TRY(const Answer held, relay.send(freed));
  KF_TRY(must_be(held, {201}, {}, "a repeated Relinquish after the next claim", notes));
  return notes.finding("201, before and after the next claim");
}

Result<Finding> last_id_per_claim(Subject& relay) {
  const Device ada, bo;
  const std::string id = new_uuid();
  Call one = ada.create(create_body(relay)), other = bo.create(create_body(relay));
  one.request_id = other.request_id = id;
  KF_TRY(const Answer first, answered(relay, one, 200, "Create"));
  KF_TRY(const Answer second,
         answered(relay, other, 200, "a Create by another claim with the same request id"));
  KF_TRY(const Box box, box_of(first));
  KF_TRY(const Box bos, box_of(second));
  KF_TRY(must(box.id != bos.id, "two claims with the same request id got one mailbox"));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  const object reply = random_payload();
  Call by_ada = ada.update(box), by_bo = bo.update(box, reply);
  by_ada.request_id = by_bo.request_id = new_uuid();
  KF_TRY(answered(relay, by_ada, 200, "Update"));
  KF_TRY(answered(relay, by_bo, 200, "an Update by the other claim with the same request id"));
  KF_TRY(must_hold(relay, ada.read(box), reply, "a Read after both Updates"));
  return pass("the same id of two claims is two requests");
}

Result<Finding> older_retries(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  const Call oldest = scene.creator.update(scene.box);
  KF_TRY(scene.writes(scene.creator, oldest, "Update"));
  for (int i = 0; i < 3; ++i) {
    KF_TRY(scene.writes(scene.creator, "Update"));
  }
  KF_TRY(const Answer again, relay.send(oldest));
  if (again.status == 200)
    return allowed("only the last request id is remembered, as in the drafts");
  KF_TRY(
      must(again.status == 201, "an Update repeated after three others answered " + again.said()));
  KF_TRY(scene.stays("an Update repeated after three others"));
  return pass("a repeat after three other requests is still known");
}

Result<Finding> no_revival(Subject& relay) {
  const Device ada;
  const Call create = ada.create(create_body(relay));
  KF_TRY(const Answer made, answered(relay, create, 200, "Create"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(succeeded(relay, ada.remove(box), "Delete"));
  KF_TRY(const Answer again, relay.send(create));
  KF_TRY(must(again.status != 200, "a Create repeated after the Delete made a second mailbox"));
  KF_TRY(answered(relay, ada.read(box), 404, "a Read after a Create that was repeated"));
  return again.status == 201
             ? pass("201 with the old answer, and the mailbox stays gone")
             : allowed("a Create repeated after the Delete answered " + again.said());
}

constexpr Check kChecks[] = {
    {"A-01", "a new Create gets 200, a repeated one 201", repeated_create},
    {"A-02", "a repeated Create is answered as the first was", same_answer},
    {"A-03", "a repeated Update is answered as the first was", update_answer_again},
    {"A-04", "more than the last request id is remembered", older_retries},
    {"A-28", "a repeated Relinquish gets 201", relinquish_known},
    {"A-50", "a Create repeated after the Delete makes nothing", no_revival},
    {"IDM-05", "request ids are kept per claim", last_id_per_claim},
    {"IDM-06", "a repeat gets 201 and its body is ignored", body_ignored},
    {"IDM-07", "a repeated Create makes no second mailbox", one_mailbox},
    {"IDM-08", "a repeated Update does not write", repeated_update},
    {"IDM-08.former", "it does not for who gave up either", former_repeats},
    {"IDM-09", "a repeated Relinquish does not act", repeated_relinquish},
};

}  // namespace

Checks retry_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
