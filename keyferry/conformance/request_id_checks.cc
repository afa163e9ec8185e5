// IDM-01 and A-06: the header Mailbox-Request-ID.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

Result<Done> must_echo(Subject& relay, const Call& call, std::string_view what,
                       bool refused = false) {
  KF_TRY(const Answer answer, relay.send(call));
  KF_TRY(must(answer.success() != refused, std::string(what) + " answered " + answer.said()));
  const auto echoes = answer.headers.all("Mailbox-Request-ID");
  KF_TRY(must(!echoes.empty(), std::string(what) + " (" + std::to_string(answer.status) +
                                   ") does not echo Mailbox-Request-ID"));
  return must(echoes.size() == 1 && echoes[0] == *call.request_id,
              std::string(what) + " (" + std::to_string(answer.status) + ") echoes another id");
}

Result<Finding> echo(Subject& relay) {
  const Device ada, bo;
  KF_TRY(must_echo(relay, ada.create(create_body(relay)), "Create"));
  KF_TRY(const Box box, make_box(relay, ada));
  const Call update = ada.update(box);
  KF_TRY(must_echo(relay, bo.read(box), "Read"));
  KF_TRY(must_echo(relay, bo.relinquish(box), "Relinquish"));
  KF_TRY(must_echo(relay, update, "Update"));
  KF_TRY(must_echo(relay, update, "a repeated Update"));
  KF_TRY(must_echo(relay, ada.remove(box), "Delete"));
  return pass("on Create, Read, Update, Relinquish and Delete");
}

Result<Finding> echo_on_errors(Subject& relay) {
  const Device ada, bo, eve;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  Call malformed = ada.create({});
  malformed.body = "{";
  KF_TRY(must_echo(relay, malformed, "a malformed Create", true));
  KF_TRY(must_echo(relay, eve.read(box), "a Read by a third claim", true));
  KF_TRY(must_echo(relay, eve.update(box), "an Update by a third claim", true));
  KF_TRY(must_echo(relay, ada.relinquish(box), "a Relinquish by the creator", true));
  Call no_claim = ada.remove(box);
  no_claim.claim.reset();
  KF_TRY(must_echo(relay, no_claim, "a Delete without a claim", true));
  KF_TRY(succeeded(relay, ada.remove(box), "Delete"));
  KF_TRY(must_echo(relay, ada.read(box), "a Read of what is gone", true));
  KF_TRY(must_echo(relay, ada.remove(box), "a Delete of what is gone", true));
  return pass("on 400, 401 and 404 too");
}

Result<Finding> echo_of_preview(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  Call call = preview(box);
  call.request_id = new_uuid();
  KF_TRY(const Answer page, answered(relay, call, 200, "the preview GET"));
  return page.headers.find("Mailbox-Request-ID") == *call.request_id
             ? pass("the preview echoes it too")
             : allowed("the preview does not echo it");
}

Result<Finding> id_needed(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Device &ada = scene.creator, &bo = scene.recipient;
  for (Call call : {ada.create(create_body(relay)), ada.update(scene.box), bo.update(scene.box),
                    bo.relinquish(scene.box), ada.remove(scene.box)}) {
    call.request_id.reset();
    const std::string what = call.method + " without Mailbox-Request-ID";
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_be(answer, {400}, {200, 204, 401, 404, 409, 422}, what, notes));
    if (!notes.empty()) continue;  // it has acted, so what comes next says little
    KF_TRY(scene.stays(what));
  }
  return notes.finding("Create, Update, Relinquish and Delete without one get 400");
}

Result<Finding> id_not_needed(Subject& relay) {
  const Device ada;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, preview(box), 200, "a preview GET without Mailbox-Request-ID"));
  Call call = ada.read(box);
  call.request_id.reset();
  KF_TRY(const Answer read, relay.send(call));
  KF_TRY(must_be(read, {200}, {400}, "a Read without Mailbox-Request-ID", notes));
  return notes.finding("Read and preview go without");
}

Result<Finding> other_ids(Subject& relay) {
  const Device ada;
  Notes notes;
  for (const std::string& id :
       {std::string("1"), std::string("a.b/c+d=e~f"), std::string(128, 'x')}) {
    Call call = ada.create(create_body(relay));
    call.request_id = id;
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_be(answer, {200}, {400}, "a request id that is no UUID", notes));
    if (answer.success()) {
      KF_TRY(box_of(answer));
    }
  }
  return notes.finding("visible ASCII of up to 128 characters is taken");
}

Result<Finding> no_reflection(Subject& relay) {
  const Device ada;
  Notes notes;
  for (const std::string& id : {std::string("\xff\xfe<script>"), std::string(4000, 'x')}) {
    Call call = ada.create(create_body(relay));
    call.request_id = id;
    const auto answer = relay.send(call);
    if (!answer && answer.error().code == Errc::network) continue;
    if (!answer) return answer.error();
    KF_TRY(must(answer->status < 500, "a strange request id answered " + answer->said()));
    notes.add_if(answer->headers.find("Mailbox-Request-ID") == id,
                 "a request id is echoed whatever is in it");
  }
  return notes.finding("octets outside ASCII and 4000 characters are not echoed");
}

constexpr Check kChecks[] = {
    {"IDM-01", "every success echoes Mailbox-Request-ID", echo},
    {"IDM-01.errors", "errors echo Mailbox-Request-ID", echo_on_errors},
    {"A-06.preview", "the preview echoes an id that was sent", echo_of_preview},
    {"A-06.needed", "calls that change something need a request id", id_needed},
    {"A-06.optional", "Read and preview need no request id", id_not_needed},
    {"A-06.other", "a request id need not be a UUID", other_ids},
    {"A-06.echo", "only sound request ids are echoed", no_reflection},
};

}  // namespace

Checks request_id_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
