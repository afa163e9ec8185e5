// Section 1G and the table of calls in section 2: what each call answers when all is well.
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

bool has_bool(const object& body, std::string_view name) {
  const auto* member = body.if_contains(name);
  return member != nullptr && member->is_bool();
}

Result<Finding> create(Subject& relay) {
  const Device ada;
  KF_TRY(const Answer made, answered(relay, ada.create(create_body(relay)), 200, "a new Create"));
  KF_TRY(const Box box, box_of(made));
  return pass("200 with urlLink");
}

Result<Finding> create_answer(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(must(box.link.starts_with("https://") || !relay.is_https(),
              "urlLink does not begin with https://"));
  KF_TRY(must(has_bool(box.made, "isPushNotificationSupported"),
              "isPushNotificationSupported is no boolean of the Create answer"));
  return pass("urlLink and isPushNotificationSupported");
}

Result<Finding> link_path(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  if (box.link.ends_with("/v1/m/" + box.id)) return pass("urlLink ends with /v1/m/{id}");
  KF_TRY(must(box.link.ends_with("/m/" + box.id), "urlLink does not end with /m/{id}"));
  return allowed("urlLink has no /v1, as in an example of the drafts");
}

Result<Finding> bare_link(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(must(box.link.find_first_of("?#") == box.link.npos,
              "urlLink has a query or a fragment, which are the wallet's"));
  return pass("no query, no fragment");
}

Result<Finding> update(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  KF_TRY(scene.join("an Update by the creator"));
  KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
  return pass("200, and the new payload has taken the place of the old");
}

Result<Finding> remove(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    Call call = device->remove(scene.box);
    call.claim.reset();
    KF_TRY(scene.refused(call, {401}, {400, 403}, "a Delete without a claim", notes));
  }
  KF_TRY(const Answer gone, relay.send(scene.creator.remove(scene.box)));
  KF_TRY(must_be(gone, {200}, {202, 204}, "a Delete by the creator", notes));
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    KF_TRY(answered(relay, device->read(scene.box), 404, "a Read after the Delete"));
  }
  return notes.finding("200 with the claim, 401 without");
}

Result<Finding> read(Subject& relay) {
  const Device ada, bo;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  KF_TRY(must_hold(relay, bo.read(box), wish.payload, "the first Read by another claim"));
  return pass("200 with what was put there");
}

Result<Finding> read_answer(Subject& relay) {
  const Device ada, bo;
  const object body = create_body(relay);
  KF_TRY(const Answer made, answered(relay, ada.create(body), 200, "Create"));
  KF_TRY(const Box box, box_of(made));
  boost::json::value told;
  for (const Device* reader : {&ada, &bo}) {
    KF_TRY(const Answer answer, answered(relay, reader->read(box), 200, "Read"));
    KF_TRY(const object got, answer.json());
    for (const char* name : {"payload", "displayInformation", "expiration"}) {
      KF_TRY(must(got.contains(name), "the Read answer has no member " + std::string(name)));
    }
    KF_TRY(must(got.at("payload") == body.at("payload"), "the Read answer has another payload"));
    KF_TRY(must(got.at("displayInformation") == body.at("displayInformation"),
                "the Read answer has another displayInformation"));
    if (reader == &ada) told = got.at("expiration");
    KF_TRY(must(got.at("expiration") == told, "the two sides read another expiration"));
  }
  return pass("payload, displayInformation and expiration, to both sides");
}

Result<Finding> relinquish(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  KF_TRY(const Answer freed, relay.send(scene.recipient.relinquish(scene.box)));
  KF_TRY(must_be(freed, {200}, {202, 204}, "a Relinquish by the recipient", notes));
  scene.recipient = Device();
  KF_TRY(scene.join("a Relinquish"));
  return notes.finding("200, and the next may claim");
}

Result<Finding> update_answer(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const Answer written, answered(relay, ada.update(box), 200, "Update"));
  KF_TRY(const object body, written.json());
  KF_TRY(must(has_bool(body, "isPushNotificationSupported"),
              "isPushNotificationSupported is no boolean of the Update answer"));
  return pass("isPushNotificationSupported is told");
}

Result<Finding> push_without_token(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(must(has_bool(box.made, "isPushNotificationSupported"),
              "isPushNotificationSupported is no boolean of the Create answer"));
  KF_TRY(const Answer written, answered(relay, ada.update(box), 200, "Update"));
  KF_TRY(const object updated, written.json());
  const bool promised = box.made.at("isPushNotificationSupported").as_bool() ||
                        (has_bool(updated, "isPushNotificationSupported") &&
                         updated.at("isPushNotificationSupported").as_bool());
  return promised ? allowed("true although no token was given")
                  : pass("false where no token was given");
}

Result<Finding> nobody_asked(Subject& relay) {
  const Device ada;
  KF_TRY(const Answer made, relay.send(ada.create(create_body(relay))));
  if (made.status == 401 || made.status == 403) {
    return skip("this relay lets not everybody create: " + made.said());
  }
  KF_TRY(must(made.status == 200, "Create answered " + made.said()));
  KF_TRY(box_of(made));
  return pass("a claim made up here is all that a Create needs");
}

Result<Finding> default_configuration(Subject& relay) {
  const Device ada, bo;
  Notes notes;
  object body = create_body(relay);
  body.erase("mailboxConfiguration");
  KF_TRY(const Answer made,
         answered(relay, ada.create(body), 200, "a Create without mailboxConfiguration"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(const Answer read, answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(const object got, read.json());
  const auto text = codec::text_member(got, "expiration");
  const auto ends = text ? codec::parse_rfc3339(*text) : Result<Time>(fail(Errc::invalid, ""));
  KF_TRY(must(ends.has_value(), "the Read answer has no expiration"));
  KF_TRY(const Answer written, relay.send(bo.update(box)));
  notes.add_if(!written.success(), "the default gives the recipient no right to write");
  const auto life = std::chrono::round<std::chrono::minutes>(*ends - relay.now());
  return notes.finding("lives " + codec::encode_duration(life) + ", and both sides may write");
}

Result<Finding> attestation(Subject& relay) {
  const Device ada;
  Call call = ada.create(create_body(relay));
  call.more.add("Mailbox-Device-Attestation", "not an attestation");
  KF_TRY(const Answer made, relay.send(call));
  if (made.success()) return info("an attestation is not looked at");
  KF_TRY(must(made.status == 401 || made.status == 403,
              "a Create with a wrong attestation answered " + made.said()));
  return info("a wrong attestation is refused: " + made.said());
}

constexpr Check kChecks[] = {
    {"API-01", "Create makes a mailbox: 200", create},
    {"API-02", "Update overwrites the payload: 200", update},
    {"API-03", "Delete needs a claim and deletes", remove},
    {"API-05", "Read gives the payload: 200", read},
    {"API-06", "Relinquish gives the mailbox up: 200", relinquish},
    {"API-08", "an attestation is judged or ignored", attestation},
    {"MBX-06", "Create returns the link and whether push is supported", create_answer},
    {"MBX-08", "a mailbox can be made without configuration", default_configuration},
    {"MBX-10", "Read returns payload, display information and expiration", read_answer},
    {"NTF-07", "the Update answer tells whether push is supported", update_answer},
    {"A-35", "push is not promised without a token", push_without_token},
    {"A-41", "urlLink has the version in its path", link_path},
    {"A-42", "urlLink has neither vertical nor secret", bare_link},
    {"REL-06", "no identity is asked for", nobody_asked},
};

}  // namespace

Checks call_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
