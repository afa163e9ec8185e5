// REL-02, REL-03, CLM-08 and what is left for the next: the messages of a longer exchange.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr int kRoundTrips = 20;

Result<Finding> round_trips(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (int turn = 0; turn < kRoundTrips; ++turn) {
    const Device& writer = turn % 2 == 0 ? scene.recipient : scene.creator;
    KF_TRY(scene.writes(writer, "Update " + std::to_string(turn + 1) + " of an exchange"));
  }
  return pass(std::to_string(kRoundTrips) + " messages to and fro");
}

Result<Finding> back_to_back(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const Device* writer : {&scene.creator, &scene.recipient}) {
    KF_TRY(scene.writes(*writer, "an Update"));
    KF_TRY(scene.writes(*writer, "a second Update in a row"));
  }
  return pass("each side writes twice in a row, and the other reads the last");
}

Result<Finding> another_may_claim(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Device bo = scene.recipient;
  KF_TRY(scene.gives_up());
  KF_TRY(
      must_hold(relay, scene.recipient.read(scene.box), scene.payload, "a Read by the next claim"));
  KF_TRY(scene.join("a Relinquish"));
  KF_TRY(scene.refused(bo.read(scene.box), {401}, {403}, "a Read by the one who gave up", notes));
  return notes.finding("the next is bound, and who gave up gets 401");
}

Result<Finding> not_the_recipient(Subject& relay) {
  const Device eve;
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  KF_TRY(scene.refused(scene.creator.relinquish(scene.box), {401}, {403, 409},
                       "a Relinquish by the creator of a free mailbox", notes));
  KF_TRY(scene.join("a Relinquish by the creator"));
  for (const Device* other : {&std::as_const(scene.creator), &eve}) {
    KF_TRY(scene.refused(
        other->relinquish(scene.box), {401}, {403, 409},
        other == &eve ? "a Relinquish by a stranger" : "a Relinquish by the creator", notes));
  }
  return notes.finding("creator and strangers get 401, and the recipient stays bound");
}

Result<Finding> message_restored(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Device bo = scene.recipient, cy;
  const object first = scene.payload;
  KF_TRY(scene.writes(bo, "an Update by the recipient"));
  KF_TRY(scene.writes(bo, "a second Update by the recipient"));
  KF_TRY(const Answer read, answered(relay, bo.read(scene.box), 200, "Read"));
  KF_TRY(const Answer freed, relay.send(bo.relinquish(scene.box)));
  if (freed.status == 409) return allowed("who has written cannot give up: " + freed.said());
  KF_TRY(must(freed.success(), "a Relinquish after an Update answered " + freed.said()));
  KF_TRY(const Answer next_read,
         answered(relay, cy.read(scene.box), 200, "a Read by the next claim"));
  KF_TRY(const object before, read.json());
  KF_TRY(const object next, next_read.json());
  for (const char* name : {"displayInformation", "expiration"}) {
    KF_TRY(must(next.contains(name) && next.at(name) == before.at(name),
                "after a Relinquish the next recipient reads another " + std::string(name)));
  }
  KF_TRY(const object creators,
         payload_read(relay, scene.creator.read(scene.box), "a Read by the creator"));
  KF_TRY(const object held, payload_read(relay, cy.read(scene.box), "a Read by the next claim"));
  KF_TRY(must(held == creators, "creator and next recipient read different payloads"));
  if (held == first) {
    KF_TRY(
        must(!before.contains("seq") || !next.contains("seq") || next.at("seq") != before.at("seq"),
             "after a Relinquish another message has the same seq"));
    const auto old = read.headers.find("ETag"), now = next_read.headers.find("ETag");
    KF_TRY(must(!old || old != now, "after a Relinquish another message has the same ETag"));
    return pass("the next recipient gets the creator's message");
  }
  KF_TRY(must(held == scene.payload, "the next recipient got a payload that nobody wrote"));
  return allowed("the next recipient gets the former one's message to the creator");
}

Result<Finding> advanced_exchange(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  KF_TRY(const Answer freed, relay.send(scene.recipient.relinquish(scene.box)));
  KF_TRY(must_be(freed, {409}, {200, 202, 204}, "a Relinquish after the creator wrote", notes));
  if (freed.status == 409) {
    KF_TRY(scene.stays("a Relinquish after the creator wrote"));
  }
  return notes.finding("409 once the creator has written to this recipient");
}

constexpr Check kChecks[] = {
    {"REL-02", "many round trips work", round_trips},
    {"REL-03", "either side may write twice in a row", back_to_back},
    {"CLM-08", "after a Relinquish another may claim", another_may_claim},
    {"A-26", "only the recipient may relinquish", not_the_recipient},
    {"A-27", "a Relinquish brings the creator's message back", message_restored},
    {"A-27.advanced", "an advanced exchange cannot be given up", advanced_exchange},
};

}  // namespace

Checks exchange_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
