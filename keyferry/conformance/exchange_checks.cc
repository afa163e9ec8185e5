// REL-02, REL-03, CLM-08 and what is left for the next: the messages of a longer exchange.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr int kRoundTrips = 20;

Result<Finding> round_trips(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  for (int turn = 0; turn < kRoundTrips; ++turn) {
    const Device& writer = turn % 2 == 0 ? bo : ada;
    const Device& reader = turn % 2 == 0 ? ada : bo;
    const object message = random_payload();
    KF_TRY(answered(relay, writer.update(box, message), 200,
                    "Update " + std::to_string(turn + 1) + " of an exchange"));
    KF_TRY(must_hold(relay, reader.read(box), message,
                     "Read " + std::to_string(turn + 1) + " of an exchange"));
  }
  return pass(std::to_string(kRoundTrips) + " messages to and fro");
}

Result<Finding> back_to_back(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  for (const Device* writer : {&ada, &bo}) {
    const object last = random_payload();
    KF_TRY(answered(relay, writer->update(box), 200, "an Update"));
    KF_TRY(answered(relay, writer->update(box, last), 200, "a second Update in a row"));
    const Device& reader = writer == &ada ? bo : ada;
    KF_TRY(must_hold(relay, reader.read(box), last, "a Read after two Updates in a row"));
  }
  return pass("each side writes twice in a row, and the other reads the last");
}

Result<Finding> another_may_claim(Subject& relay) {
  const Device ada, bo, cy;
  Notes notes;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(succeeded(relay, bo.relinquish(box), "Relinquish"));
  KF_TRY(must_hold(relay, cy.read(box), wish.payload, "a Read by the next claim"));
  KF_TRY(const Answer former, relay.send(bo.read(box)));
  KF_TRY(must_refuse(former, "a Read by the one who gave up", notes));
  return notes.finding("the next is bound, and who gave up gets 401");
}

Result<Finding> not_the_recipient(Subject& relay) {
  const Device ada, bo, eve;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const Answer free, relay.send(ada.relinquish(box)));
  KF_TRY(must_be(free, {401}, {403, 409}, "a Relinquish by the creator of a free mailbox", notes));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  for (const Device* other : {&ada, &eve}) {
    KF_TRY(const Answer answer, relay.send(other->relinquish(box)));
    KF_TRY(must_be(answer, {401}, {403, 409},
                   other == &ada ? "a Relinquish by the creator" : "a Relinquish by a stranger",
                   notes));
  }
  KF_TRY(answered(relay, bo.read(box), 200, "a Read by the recipient after others' Relinquish"));
  return notes.finding("creator and strangers get 401, and the recipient stays bound");
}

Result<Finding> message_restored(Subject& relay) {
  const Device ada, bo, cy;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  const object reply = random_payload();
  KF_TRY(answered(relay, bo.update(box, reply), 200, "Update"));
  KF_TRY(const Answer freed, relay.send(bo.relinquish(box)));
  if (freed.status == 409) return allowed("who has written cannot give up: " + freed.said());
  KF_TRY(must(freed.success(), "a Relinquish after an Update answered " + freed.said()));
  KF_TRY(const object next, payload_read(relay, cy.read(box), "a Read by the next claim"));
  if (next == wish.payload) return pass("the next recipient gets the creator's message");
  KF_TRY(must(next == reply, "the next recipient got a payload that nobody wrote"));
  return allowed("the next recipient gets the former one's message to the creator");
}

Result<Finding> advanced_exchange(Subject& relay) {
  const Device ada, bo;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(answered(relay, ada.update(box), 200, "Update"));
  KF_TRY(const Answer freed, relay.send(bo.relinquish(box)));
  KF_TRY(must_be(freed, {409}, {200, 202, 204}, "a Relinquish after the creator wrote", notes));
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
