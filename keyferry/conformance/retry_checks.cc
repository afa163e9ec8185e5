// Section 1E: the same request again, because its answer was lost.
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"

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
  return pass("a repeat names the same mailbox");
}

Result<Finding> same_answer(Subject& relay) {
  const Device ada;
  const Call call = ada.create(create_body(relay));
  KF_TRY(const Answer first, answered(relay, call, 200, "Create"));
  KF_TRY(box_of(first));
  KF_TRY(const Answer again, relay.send(call));
  KF_TRY(must(again.success(), "a repeated Create answered " + again.said()));
  const auto one = first.json(), other = again.json();
  if (one && other && *one == *other) return pass("the same body as the first time");
  return allowed("a repeated Create is not answered with the first body");
}

Result<Finding> body_ignored(Subject& relay) {
  const Device ada;
  MailboxWish wish;
  const Call create = ada.create(create_body(relay, wish));
  KF_TRY(const Answer made, answered(relay, create, 200, "Create"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(
      answered(relay, with_other_body(relay, create), 201, "a repeated Create with another body"));
  KF_TRY(must_hold(relay, ada.read(box), wish.payload, "a Read after a repeated Create"));
  const object second = random_payload();
  const Call update = ada.update(box, second);
  KF_TRY(answered(relay, update, 200, "Update"));
  KF_TRY(
      answered(relay, with_other_body(relay, update), 201, "a repeated Update with another body"));
  KF_TRY(must_hold(relay, ada.read(box), second, "a Read after a repeated Update"));
  return pass("201, and the body of a repeat is ignored");
}

Result<Finding> repeated_update(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  const Call update = ada.update(box);
  KF_TRY(answered(relay, update, 200, "Update"));
  const object reply = random_payload();
  KF_TRY(answered(relay, bo.update(box, reply), 200, "an Update by the recipient"));
  KF_TRY(answered(relay, update, 201, "a repeated Update"));
  KF_TRY(must_hold(relay, ada.read(box), reply, "a Read after a repeated Update"));
  return pass("a repeated Update gets 201 and does not write over what came since");
}

Result<Finding> update_answer_again(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  const Call update = ada.update(box);
  KF_TRY(const Answer first, answered(relay, update, 200, "Update"));
  KF_TRY(const Answer again, relay.send(update));
  KF_TRY(must(again.success(), "a repeated Update answered " + again.said()));
  const auto one = first.json(), other = again.json();
  return one && other && *one == *other ? pass("the same body as the first time")
                                        : allowed("a repeated Update is answered without the body");
}

Result<Finding> repeated_relinquish(Subject& relay) {
  const Device ada, bo, cy;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  const Call freed = bo.relinquish(box);
  KF_TRY(succeeded(relay, freed, "Relinquish"));
  KF_TRY(answered(relay, cy.read(box), 200, "a Read by the next claim"));
  KF_TRY(relay.send(freed));
  // Who comes next must not get in; only then may the bound one call, or it would bind itself
  // again.
  const Device dan;
  KF_TRY(const Answer fourth, relay.send(dan.read(box)));
  KF_TRY(must(!fourth.success(), "a repeated Relinquish unbound the next recipient"));
  KF_TRY(answered(relay, cy.read(box), 200, "a Read by the next claim after the repeat"));
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
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  const Call oldest = ada.update(box);
  KF_TRY(answered(relay, oldest, 200, "Update"));
  object last;
  for (int i = 0; i < 3; ++i) {
    last = random_payload();
    KF_TRY(answered(relay, ada.update(box, last), 200, "Update"));
  }
  KF_TRY(const Answer again, relay.send(oldest));
  if (again.status == 200)
    return allowed("only the last request id is remembered, as in the drafts");
  KF_TRY(
      must(again.status == 201, "an Update repeated after three others answered " + again.said()));
  KF_TRY(must_hold(relay, ada.read(box), last, "a Read after it"));
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
    {"IDM-09", "a repeated Relinquish does not act", repeated_relinquish},
};

}  // namespace

Checks retry_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
