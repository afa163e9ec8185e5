// The end of a mailbox: who may bring it about, and that nothing is left.
#include <tuple>

#include "keyferry/conformance/check.h"
#include "keyferry/conformance/gone.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

// A Delete must work at every step: unclaimed, claimed, answered.
Result<Finding> creator_ends(Subject& relay) {
  for (int steps = 0; steps < 3; ++steps) {
    KF_TRY(Scene scene, Scene::open(relay));
    if (steps > 0) {
      KF_TRY(scene.join());
    }
    if (steps > 1) {
      KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
    }
    const Box& box = scene.box;
    KF_TRY(const Answer gone, relay.send(scene.creator.remove(box)));
    KF_TRY(must(gone.success(), "a Delete by the creator answered " + gone.said()));
    KF_TRY(answered(relay, scene.creator.read(box), 404, "a Read by the creator after the Delete"));
    KF_TRY(answered(relay, scene.recipient.read(box), 404,
                    "a Read by the recipient after the Delete"));
  }
  return pass("before the claim, after it, and after an answer");
}

Result<Finding> recipient_ends(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(const Answer gone, relay.send(scene.recipient.remove(scene.box)));
  KF_TRY(
      must(gone.success(), "a Delete by the recipient, with the right D, answered " + gone.said()));
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    KF_TRY(answered(relay, device->read(scene.box), 404, "a Read after the Delete"));
  }
  return pass("with the right D");
}

Result<Finding> repeated_delete(Subject& relay) {
  const Device ada;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  const Call call = ada.remove(box);
  KF_TRY(succeeded(relay, call, "Delete"));
  KF_TRY(const Answer again, relay.send(call));
  KF_TRY(must_be(again, {404}, {200, 201, 204}, "a repeated Delete", notes));
  return notes.finding("404");
}

// What says whether a mailbox ever was.
Result<Finding> gone_is_unknown(Subject& relay) {
  const Device ada, eve;
  KF_TRY(const Box gone, make_box(relay, ada));
  KF_TRY(succeeded(relay, ada.remove(gone), "Delete"));
  KF_TRY(must_be_as_unknown(relay, calls_on(eve, gone), calls_on(eve, never_made()),
                            "what is deleted"));
  return pass("deleted and unknown are one and the same 404");
}

// The two who used it hear no more than a stranger does.
Result<Finding> gone_for_the_two(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
  KF_TRY(succeeded(relay, scene.creator.remove(scene.box), "Delete"));
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    KF_TRY(must_be_as_unknown(relay, calls_on(*device, scene.box), calls_on(*device, never_made()),
                              "what the caller used"));
  }
  return pass("creator and recipient get the 404 of an unknown mailbox");
}

Result<Finding> no_page_after_the_end(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(succeeded(relay, scene.recipient.remove(scene.box), "Delete"));
  KF_TRY(must_be_as_unknown(relay, looks_at(scene.box), looks_at(never_made()),
                            "the page of what is deleted"));
  return pass("GET and HEAD tell deleted from unknown by nothing");
}

// Who gave it up is a stranger from then on, whether somebody else has come or not.
Result<Finding> former_recipient(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Device bo = scene.recipient;
  KF_TRY(scene.gives_up());
  for (const bool held : {false, true}) {
    if (held) {
      KF_TRY(scene.join("a Relinquish"));
    }
    for (const Call& call :
         {bo.update(scene.box), bo.remove(scene.box), bo.relinquish(scene.box)}) {
      KF_TRY(scene.refused(call, {401}, {403}, call.method + " by the one who gave up", notes));
    }
  }
  KF_TRY(scene.refused(bo.read(scene.box), {401}, {403}, "a Read by the one who gave up", notes));
  return notes.finding("Update, Delete and Relinquish get 401, before and after the next claim");
}

constexpr Check kChecks[] = {
    {"MBX-07.creator", "the creator may delete at every step", creator_ends},
    {"MBX-07.recipient", "the recipient may delete where the rights say so", recipient_ends},
    {"A-29", "deleted and unknown mailboxes look the same", gone_is_unknown},
    {"A-29.sides", "they do so to those who used them too", gone_for_the_two},
    {"A-29.page", "the page of a deleted mailbox is that of an unknown one", no_page_after_the_end},
    {"CLM-08.former", "who gave a mailbox up can do nothing there", former_recipient},
    {"IDM-10", "a repeated Delete gives 404", repeated_delete},
};

}  // namespace

Box never_made() {
  const std::string id = new_uuid();
  return {id, "", "/v1/m/" + id, {}};
}

std::vector<Call> calls_on(const Device& device, const Box& box) {
  std::vector<Call> out;
  for (const Call& call : {preview(box), device.read(box), device.update(box), device.remove(box),
                           device.relinquish(box)}) {
    out.insert(out.end(), 2, call);
  }
  return out;
}

std::vector<Call> looks_at(const Box& box) {
  std::vector<Call> out;
  for (const auto& [method, accept, query] :
       {std::tuple("GET", "text/html", ""), std::tuple("GET", "*/*", "?v=h"),
        std::tuple("HEAD", "text/html", ""), std::tuple("HEAD", "*/*", "")}) {
    Call call = preview(box);
    call.method = method;
    call.path += query;
    call.more.add("Accept", accept);
    out.insert(out.end(), 2, call);
  }
  return out;
}

Result<Done> must_be_as_unknown(Subject& relay, const std::vector<Call>& gone,
                                const std::vector<Call>& never, const std::string& what) {
  Notes notes;
  KF_TRY(const Groups answers, ask_in_turns(relay, gone, never));
  for (std::size_t i = 0; i < answers.ones.size(); ++i) {
    const bool head = gone[i].method == "HEAD" && answers.others[i].status != 404;
    KF_TRY(must(head || answers.ones[i].status == 404,
                gone[i].method + " of " + what + " answered " + answers.ones[i].said()));
    KF_TRY(must(head || answers.others[i].status == 404,
                gone[i].method + " of what never was answered " + answers.others[i].said()));
  }
  for (std::size_t i = 0; i < answers.ones.size(); i += 2) {
    KF_TRY(must_look_alike({answers.ones[i], answers.ones[i + 1]},
                           {answers.others[i], answers.others[i + 1]},
                           gone[i].method + " of " + what + " and of what never was", notes));
  }
  return must(notes.empty(), "HEAD tells " + what + " from what never was");
}

Checks gone_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
