// the queue behind the slot. An extension: a relay that does not echo delivery is not judged.
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

const char* const kUnknown = "this relay knows no delivery: \"queue\"";

MailboxWish queue_wish() {
  MailboxWish wish;
  wish.more["delivery"] = "queue";
  return wish;
}

bool has_queue(const Box& box) {
  return box.made.if_contains("delivery") != nullptr;
}

// after asks for the other side's first message behind `seq`.
Call after(const Device& device, const Box& box, std::int64_t seq) {
  Call call = device.read(box);
  call.body = codec::encode_json(object{{"after", seq}});
  return call;
}

// must_follow demands that the messages behind 0 are these, in order, and then no more.
Result<Done> must_follow(Subject& relay, const Device& reader, const Box& box,
                         const std::vector<object>& messages, const std::string& whose) {
  std::int64_t seq = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string what = "the Read after " + std::to_string(seq) + " by the " + whose;
    KF_TRY(const Answer read, answered(relay, after(reader, box, seq), 200, what));
    KF_TRY(const object body, read.json());
    KF_TRY(must(body.contains("payload") && body.at("payload") == messages[i],
                what + " did not give message " + std::to_string(i + 1) + " of the other side"));
    const auto next = codec::integer_member(body, "seq", seq + 1, std::int64_t{1} << 53);
    KF_TRY(must(next.has_value(), what + " gave no greater seq"));
    seq = *next;
  }
  KF_TRY(answered(relay, after(reader, box, seq), 204, "a Read after the last by the " + whose));
  return Done{};
}

Result<Finding> queue(Subject& relay) {
  const Device ada, bo;
  const MailboxWish wish = queue_wish();
  KF_TRY(const Box box, make_box(relay, ada, wish));
  if (!has_queue(box)) return skip(kUnknown);
  KF_TRY(must(box.made.at("delivery") == "queue", "Create echoes another delivery"));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  std::vector<object> from_ada{wish.payload}, from_bo;
  for (const bool creator : {true, false, true, true, false}) {
    auto& sent = creator ? from_ada : from_bo;
    sent.push_back(random_payload());
    KF_TRY(answered(relay, (creator ? ada : bo).update(box, sent.back()), 200, "Update"));
  }
  KF_TRY(must_hold(relay, ada.read(box), from_bo.back(), "a Read without after"));
  KF_TRY(must_follow(relay, bo, box, from_ada, "recipient"));
  KF_TRY(must_follow(relay, ada, box, from_bo, "creator"));
  Notes notes;
  KF_TRY(const Answer beyond, relay.send(after(bo, box, 1'000'000)));
  KF_TRY(must_be(beyond, {400}, {204}, "a Read after a message that is not there", notes));
  return notes.finding("four messages and two, across one another, all arrive in order");
}

// What was not carried out as a new request must not stand in the queue.
Result<Finding> once_each(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay, queue_wish()));
  if (!has_queue(scene.box)) return skip(kUnknown);
  std::vector<object> from_ada{scene.payload}, from_bo;
  for (const Device* writer : {&scene.creator, &scene.recipient, &scene.creator}) {
    const Call call = writer->update(scene.box);
    KF_TRY(scene.writes(*writer, call, "an Update"));
    (writer == &scene.creator ? from_ada : from_bo).push_back(scene.payload);
    KF_TRY(scene.repeated(call, {201}, "a repeated Update", notes));
    Call stale = writer->update(scene.box);
    stale.more.add("If-Match", "\"kf-none\"");
    KF_TRY(scene.refused(stale, {412}, {}, "an Update with an unknown version", notes));
    KF_TRY(
        scene.refused(Device().update(scene.box), {401}, {403}, "an Update by a stranger", notes));
  }
  KF_TRY(must_follow(relay, scene.recipient, scene.box, from_ada, "recipient"));
  KF_TRY(must_follow(relay, scene.creator, scene.box, from_bo, "creator"));
  return pass("a repeat and a refused Update are not queued");
}

// An answer can be lost: what the reader has not named yet is given again.
Result<Finding> given_again(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay, queue_wish()));
  if (!has_queue(scene.box)) return skip(kUnknown);
  KF_TRY(scene.writes(scene.creator, "an Update"));
  KF_TRY(scene.writes(scene.creator, "an Update"));
  const Call first = after(scene.recipient, scene.box, 0);
  KF_TRY(const Answer one, answered(relay, first, 200, "the Read after 0"));
  KF_TRY(const Answer again, answered(relay, first, 200, "the same Read after 0 again"));
  KF_TRY(const object body, one.json());
  KF_TRY(const object repeat, again.json());
  KF_TRY(must(body == repeat, "a Read after 0 that is repeated gives another message"));
  KF_TRY(scene.stays("Reads with after"));
  const Device stranger;
  Notes notes;
  KF_TRY(scene.refused(after(stranger, scene.box, 0), {401}, {403},
                       "a Read with after by a stranger", notes));
  return notes.finding("a Read after the same seq gives the same message again");
}

// Who comes next gets what the creator wrote, and nothing of the one before.
Result<Finding> next_gets_all(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay, queue_wish()));
  if (!has_queue(scene.box)) return skip(kUnknown);
  std::vector<object> from_ada{scene.payload};
  KF_TRY(scene.writes(scene.creator, "an Update"));
  from_ada.push_back(scene.payload);
  KF_TRY(scene.join());
  KF_TRY(must_follow(relay, scene.recipient, scene.box, from_ada, "recipient"));
  KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
  KF_TRY(scene.writes(scene.recipient, "a second Update by the recipient"));
  KF_TRY(succeeded(relay, scene.recipient.relinquish(scene.box), "Relinquish"));
  const Device next;
  KF_TRY(answered(relay, next.read(scene.box), 200, "the first Read by the next claim"));
  KF_TRY(must_follow(relay, next, scene.box, from_ada, "next recipient"));
  KF_TRY(answered(relay, after(scene.creator, scene.box, 0), 204,
                  "a Read after 0 by the creator, after the recipient gave up,"));
  return pass("the next gets every message of the creator, and none of the former one's is left");
}

constexpr Check kChecks[] = {
    {"A-20", "a queue brings every message, in order", queue},
    {"A-20.once", "nothing is queued twice", once_each},
    {"A-20.again", "a message is given until the next is asked for", given_again},
    {"A-20.next", "the next recipient gets all that the creator wrote", next_gets_all},
};

}  // namespace

Checks queue_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
