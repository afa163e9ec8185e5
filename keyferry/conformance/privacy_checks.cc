// PRV-02, PRV-03 and TMS-06, as far as answers show it.
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

// Everything that a relay answered, for tests that look for a word in it.
struct Heard {
  std::string all;
  void add(const Answer& answer) {
    all += answer.body;
    for (const auto& [name, value] : answer.headers.entries()) all += '\n' + name + ": " + value;
  }
};

object token(const std::string& data) {
  return {{"type", "com.example.none"}, {"tokenData", data}};
}

Result<Finding> tokens_stay(Subject& relay) {
  const Device ada, bo, eve;
  const std::string adas = "token-" + new_uuid(), bos = "token-" + new_uuid();
  Heard heard;
  object body = create_body(relay);
  body["notificationToken"] = token(adas);
  KF_TRY(const Answer made, relay.send(ada.create(body)));
  if (made.status == 400) return skip("this relay takes no token of an unknown type");
  KF_TRY(must(made.status == 200, "a Create with a notificationToken answered " + made.said()));
  KF_TRY(const Box box, box_of(made));
  heard.add(made);
  Call update = bo.update(box);
  update.body =
      codec::encode_json(object{{"payload", random_payload()}, {"notificationToken", token(bos)}});
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  for (const Call& call : {update, update, ada.read(box), bo.read(box), eve.read(box), preview(box),
                           ada.remove(box), ada.read(box)}) {
    KF_TRY(const Answer answer, relay.send(call));
    heard.add(answer);
  }
  KF_TRY(must(heard.all.find(adas) == heard.all.npos && heard.all.find(bos) == heard.all.npos,
              "an answer gives a notification token away"));
  return pass("no call gives a notification token away");
}

Result<Finding> claims_stay(Subject& relay) {
  const Device ada, bo, eve;
  KF_TRY(const Box box, make_box(relay, ada));
  Heard to_bo, to_ada, to_eve;
  KF_TRY(const Answer first, answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(const Answer written, answered(relay, bo.update(box), 200, "Update"));
  KF_TRY(const Answer read, answered(relay, ada.read(box), 200, "Read"));
  to_bo.add(first);
  to_bo.add(written);
  to_ada.add(read);
  for (const Call& call : {eve.read(box), eve.update(box), preview(box)}) {
    KF_TRY(const Answer answer, relay.send(call));
    to_eve.add(answer);
  }
  const auto holds = [](const Heard& heard, const Device& device) {
    return heard.all.find(device.claim) != heard.all.npos;
  };
  KF_TRY(must(!holds(to_bo, ada) && !holds(to_ada, bo) && !holds(to_eve, ada) && !holds(to_eve, bo),
              "an answer gives another device's claim away"));
  return pass("no call gives another device's claim away");
}

Result<Finding> no_cookies(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  for (const Call& call : {preview(box), bo.read(box), ada.update(box), ada.remove(box)}) {
    KF_TRY(relay.send(call));
  }
  const auto cookie = relay.watch().cookie();
  KF_TRY(must(!cookie, "an answer to " + cookie.value_or("") + " sets a cookie"));
  return pass("no answer of this run set a cookie");
}

// What a POST, PUT or PATCH answers is kept by no cache unless the answer asks for it.
Result<Finding> not_kept(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const Call& call : {scene.creator.create(create_body(relay)),
                           scene.recipient.read(scene.box), scene.recipient.update(scene.box),
                           Device().read(scene.box), scene.recipient.relinquish(scene.box),
                           scene.creator.remove(scene.box), scene.creator.read(scene.box)}) {
    KF_TRY(const Answer answer, relay.send(call));
    const std::string value(answer.headers.find("Cache-Control").value_or(""));
    const bool asks = value.find("no-store") == value.npos &&
                      (value.find("public") != value.npos || value.find("max-age") != value.npos);
    const std::string what = call.method + " (" + std::to_string(answer.status) + ")";
    KF_TRY(must(!asks, "an answer to " + what + " may be kept by caches: " + value));
    notes.add_if(value.find("no-store") == value.npos, "answers without Cache-Control: no-store");
  }
  return notes.finding("no-store on every answer");
}

// every_kind_of_answer makes sure that there is something to judge when only one check is run.
Result<Done> every_kind_of_answer(Subject& relay) {
  const Device eve;
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(scene.writes(scene.recipient, "an Update"));
  for (const Call& call : {eve.read(scene.box), eve.update(scene.box), eve.remove(scene.box),
                           eve.relinquish(scene.box), scene.creator.remove(scene.box),
                           scene.creator.read(scene.box), preview(scene.box)}) {
    KF_TRY(relay.send(call));
  }
  return Done{};
}

Result<Finding> nothing_given_away(Subject& relay) {
  KF_TRY(every_kind_of_answer(relay));
  const auto given = relay.watch().given_away();
  return given ? broken("an answer to " + *given)
               : pass("no answer of this run gave away what its caller must not get");
}

Result<Finding> every_echo(Subject& relay) {
  KF_TRY(every_kind_of_answer(relay));
  const auto wrong = relay.watch().wrong_echo();
  return wrong ? broken("an answer to " + *wrong) : pass("no answer of this run echoed another id");
}

Result<Finding> never_broke(Subject& relay) {
  KF_TRY(every_kind_of_answer(relay));
  const auto broke = relay.watch().broke();
  return broke ? broken("the relay failed: " + *broke) : pass("no call of this run got a 5xx");
}

constexpr Check kChecks[] = {
    {"TMS-06", "no call gives a notification token away", tokens_stay},
    {"TMS-06.claim", "no call gives another's claim away", claims_stay},
    {"PRV-02", "no cookies", no_cookies},
    {"A-39.answers", "no cache keeps what the API answers", not_kept},
};

// These judge all that was answered, so they come last.
constexpr Check kLastChecks[] = {
    {"TMS-06.run", "no answer gives away what its caller must not get", nothing_given_away, true},
    {"IDM-01.run", "no answer echoes the id of another request", every_echo, true},
    {"A-12.run", "no call breaks the relay", never_broke, true},
};

}  // namespace

Checks last_privacy_checks() {
  return kLastChecks;
}

Checks privacy_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
