// PRV-02, PRV-03 and TMS-06, as far as answers show it.
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"

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
  const auto cookie = relay.cookie();
  KF_TRY(must(!cookie, "an answer to " + cookie.value_or("") + " sets a cookie"));
  return pass("no answer of this run set a cookie");
}

constexpr Check kChecks[] = {
    {"TMS-06", "no call gives a notification token away", tokens_stay},
    {"TMS-06.claim", "no call gives another's claim away", claims_stay},
    {"PRV-02", "no cookies", no_cookies},
};

}  // namespace

Checks privacy_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
