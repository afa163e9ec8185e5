// Additions that a relay may have: versions, and what the creator hears. None is demanded; one that
// is there has to work. Waiting: waiting_checks.cc; the queue: queue_checks.cc.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

Call matching(Call call, const std::string& tag) {
  call.more.add("If-Match", tag);
  return call;
}

std::string tag_of(const Scene& scene, const Device& device) {
  const bool creators = device.claim == scene.creator.claim;
  return (creators ? scene.creators_tag() : scene.recipients_tag()).value_or("");
}

// Each side writes with the version that it knows, and fails with an older one, which changes
// nothing.
Result<Finding> versions(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  if (!scene.creators_tag()) return skip("this relay gives no ETag");
  KF_TRY(const Answer same, answered(relay, scene.creator.read(scene.box), 200, "Read"));
  KF_TRY(
      must(same.headers.find("ETag") == *scene.creators_tag(), "the ETag changes without a write"));
  KF_TRY(scene.join());
  for (const Device* device : {&scene.creator, &scene.recipient, &scene.creator}) {
    const std::string side = device == &scene.creator ? " by the creator" : " by the recipient";
    const std::string old = tag_of(scene, *device);
    KF_TRY(scene.writes(*device, matching(device->update(scene.box), old),
                        "an Update" + side + " with If-Match of the version just read"));
    KF_TRY(scene.refused(matching(device->update(scene.box), old), {412}, {},
                         "an Update" + side + " with If-Match of an old version", notes));
    const Device& other = device == &scene.creator ? scene.recipient : scene.creator;
    const std::string known = tag_of(scene, *device);
    KF_TRY(scene.writes(other, "an Update by the other side"));
    KF_TRY(scene.refused(matching(device->update(scene.box), known), {412}, {},
                         "an Update" + side + " that has not read the other's", notes));
    const Call both = matching(device->update(scene.box), "\"kf-none\", " + tag_of(scene, *device));
    KF_TRY(scene.writes(*device, both, "an Update" + side + " with a list of versions"));
    KF_TRY(scene.writes(*device, matching(device->update(scene.box), "*"),
                        "an Update" + side + " with If-Match: *"));
  }
  return pass("a stale Update gets 412 and changes nothing");
}

// A repeat is a repeat, whatever version it names: the first was carried out.
Result<Finding> repeats_of_versions(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  if (!scene.creators_tag()) return skip("this relay gives no ETag");
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    const Call call = matching(device->update(scene.box), tag_of(scene, *device));
    KF_TRY(scene.writes(*device, call, "an Update with If-Match"));
    KF_TRY(scene.repeated(call, {201}, "the same Update with If-Match again", notes));
  }
  // The answer to a repeat must not name a version that its caller has not read: with it, the
  // caller would write over what the other side has written since.
  const Call lost = scene.creator.update(scene.box);
  KF_TRY(scene.writes(scene.creator, lost, "an Update"));
  KF_TRY(scene.writes(scene.recipient, "an Update by the other side"));
  KF_TRY(const Answer late, relay.send(lost));
  const auto told = late.headers.find("ETag");
  KF_TRY(must(!told || *told != scene.creators_tag(),
              "a repeat gives the version of a message that its caller has not read"));
  // What was refused is no repeat when it comes again with the right version.
  const std::string id = new_uuid();
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    Call stale = matching(device->update(scene.box), "\"kf-none\"");
    stale.request_id = id;
    KF_TRY(scene.refused(stale, {412}, {}, "an Update with an unknown version", notes));
    Call fresh = matching(device->update(scene.box), tag_of(scene, *device));
    fresh.request_id = id;
    KF_TRY(scene.writes(*device, fresh, "an Update with the request id of one that got 412"));
  }
  return pass("201 to a repeat, and the id of a 412 is not used up");
}

// A claim changes nothing that can be read, so it does not make the creator's Update stale.
Result<Finding> versions_and_claims(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::open(relay));
  const auto before = scene.creators_tag();
  if (!before) return skip("this relay gives no ETag");
  KF_TRY(scene.join());
  const std::string what = "an Update with If-Match of the version before the claim";
  const Call call = matching(scene.creator.update(scene.box), *before);
  KF_TRY(const Answer answer, relay.send(call));
  KF_TRY(must_be(answer, {200}, {412}, what, notes));
  if (answer.status == 412) {
    KF_TRY(scene.stays(what));
  }
  return notes.finding("a claim does not make the creator's Update stale");
}

Result<Finding> bound_told(Subject& relay) {
  const std::string member = "the member recipientBound of the creator's Read";
  KF_TRY(Scene scene, Scene::open(relay));
  if (!scene.seen(member)) return skip("the creator is not told whether the mailbox is claimed");
  KF_TRY(must(scene.seen(member) == "false", "recipientBound before any claim is not false"));
  const auto tag = scene.creators_tag();
  KF_TRY(scene.join());
  KF_TRY(must(scene.seen(member) == "true", "recipientBound after the claim is not true"));
  KF_TRY(must(!tag || scene.creators_tag() != tag,
              "the creator's ETag is the same before and after the claim"));
  Notes notes;
  notes.add_if(scene.seen("the member recipientBound of the recipient's Read").has_value(),
               "the recipient is told too");
  const auto held = scene.creators_tag();
  KF_TRY(scene.gives_up());
  KF_TRY(must(scene.seen(member) == "false", "recipientBound after a Relinquish is not false"));
  KF_TRY(must(!held || scene.creators_tag() != held,
              "the creator's ETag is the same before and after a Relinquish"));
  KF_TRY(scene.join("a Relinquish"));
  KF_TRY(must(scene.seen(member) == "true", "recipientBound after the next claim is not true"));
  KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
  KF_TRY(must(scene.seen(member) == "true", "recipientBound after an Update is not true"));
  return notes.finding("recipientBound is false before and true after the claim");
}

Result<Finding> origin_told(Subject& relay) {
  const std::string member = "the member origin of the ";
  KF_TRY(Scene scene, Scene::claimed(relay));
  const auto creators = scene.seen(member + "creator's Read");
  const auto recipients = scene.seen(member + "recipient's Read");
  if (!creators && !recipients) return skip("Read does not tell who wrote");
  KF_TRY(must(creators == "\"self\"", "origin is wrong for the creator: not \"self\""));
  KF_TRY(must(recipients == "\"peer\"", "origin is wrong for the recipient: not \"peer\""));
  for (const Device* writer : {&scene.recipient, &scene.creator}) {
    KF_TRY(scene.writes(*writer, "an Update"));  // which looks at origin
  }
  return pass("origin tells the reader's own message from the other's");
}

constexpr Check kChecks[] = {
    {"A-19", "a stale Update is refused where versions are given", versions},
    {"A-19.repeats", "a repeat is known whatever version it names", repeats_of_versions},
    {"A-19.claims", "a claim makes no Update stale", versions_and_claims},
    {"A-21", "origin tells who wrote", origin_told},
    {"A-30", "the creator hears that the mailbox is claimed", bound_told},
};

}  // namespace

Checks extension_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
