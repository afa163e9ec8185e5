// Bodies that are wrong, unusual or too large: what is refused, and with which status.
#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr std::size_t kOverAnyCap = 512 * 1024;

Call create_with(const Subject& relay, std::string_view name, boost::json::value value) {
  object body = create_body(relay);
  body[name] = std::move(value);
  return Device().create(body);
}

// must_be_bad demands 400 of a body that no relay can use.
Result<Done> must_be_bad(Subject& relay, const Call& call, std::string_view what, Notes& notes) {
  KF_TRY(const Answer answer, relay.send(call));
  return must_be(answer, {400}, {413, 415, 422}, what, notes);
}

Result<Finding> malformed(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const char* text : {"", "{", "[]", "null", "\"payload\"", "{\"payload\":}"}) {
    Call create = Device().create({});
    create.body = text;
    const std::string shown = *text == '\0' ? "an empty body" : "the body " + std::string(text);
    KF_TRY(must_be_bad(relay, create, "a Create with " + shown, notes));
    for (const Device* writer : {&scene.creator, &scene.recipient}) {
      Call update = writer->update(scene.box);
      update.body = text;
      KF_TRY(scene.refused(update, {400}, {413, 415, 422}, "an Update with " + shown, notes));
    }
  }
  std::string deep(2000, '[');
  Call create = Device().create({});
  create.body = "{\"payload\":" + deep + std::string(2000, ']') + "}";
  KF_TRY(must_be_bad(relay, create, "a Create with a body 2000 levels deep", notes));
  return notes.finding("400");
}

Result<Finding> payload_needed(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  object without = create_body(relay);
  without.erase("payload");
  KF_TRY(must_be_bad(relay, Device().create(without), "a Create without payload", notes));
  Call empty = scene.recipient.update(scene.box);
  empty.body = "{}";
  KF_TRY(scene.refused(empty, {400}, {413, 415, 422}, "an Update without payload", notes));
  for (const char* name : {"type", "data"}) {
    object payload = random_payload();
    payload.erase(name);
    const std::string what = " without payload." + std::string(name);
    KF_TRY(must_be_bad(relay, create_with(relay, "payload", payload), "a Create" + what, notes));
    KF_TRY(scene.refused(scene.creator.update(scene.box, payload), {400}, {413, 415, 422},
                         "an Update" + what, notes));
  }
  return notes.finding("400");
}

// Whether a relay looks at what it is to carry is its own choice: REL-07.
Result<Finding> payload_checked(Subject& relay) {
  Notes notes;
  const std::pair<const char*, object> wrong[] = {
      {"a payload of another cipher", {{"type", "ROT13"}, {"data", encode_base64(Bytes(64, 7))}}},
      {"payload data that is not base64", {{"type", "AEAD_AES_256_GCM"}, {"data", "n*t base64!"}}},
      {"payload data shorter than IV and tag",
       {{"type", "AEAD_AES_256_GCM"}, {"data", encode_base64(Bytes(27, 7))}}}};
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const auto& [what, payload] : wrong) {
    KF_TRY(const Answer answer, relay.send(create_with(relay, "payload", payload)));
    KF_TRY(must_be(answer, {400}, {200, 415, 422}, what, notes));
    KF_TRY(scene.refused(scene.creator.update(scene.box, payload), {400}, {200, 415, 422},
                         std::string("an Update with ") + what, notes));
  }
  return notes.finding(
      "400 for another cipher, for what is not base64 and for less than 28 octets");
}

Result<Finding> other_alphabet(Subject& relay) {
  const Device ada;
  Notes notes;
  const Bytes octets = digest::random_bytes(64);
  MailboxWish wish;
  wish.payload["data"] = encode_base64url(octets);
  KF_TRY(const Answer made, relay.send(ada.create(create_body(relay, wish))));
  KF_TRY(must_be(made, {200}, {400}, "a payload in base64url without padding", notes));
  if (!made.success()) return notes.finding("");
  KF_TRY(const Box box, box_of(made));
  KF_TRY(const object got, payload_read(relay, ada.read(box), "Read"));
  KF_TRY(const std::string data, codec::text_member(got, "data"));
  const auto back = parse_base64_any(data);
  KF_TRY(must(back && *back == octets, "base64url data came back as other octets"));
  return pass("base64url without padding is taken as the same octets");
}

Result<Finding> display_needed(Subject& relay) {
  Notes notes;
  object without = create_body(relay);
  without.erase("displayInformation");
  KF_TRY(
      must_be_bad(relay, Device().create(without), "a Create without displayInformation", notes));
  for (const char* name : {"title", "description", "imageURL"}) {
    object body = create_body(relay);
    body["displayInformation"].as_object().erase(name);
    KF_TRY(must_be_bad(relay, Device().create(body),
                       "a Create without displayInformation." + std::string(name), notes));
  }
  return notes.finding("400 for each that is missing");
}

Result<Finding> unknown_members(Subject& relay) {
  const Device ada;
  object body = create_body(relay);
  body["x-unknown"] = object{{"a", 1}};
  for (const char* name : {"payload", "displayInformation", "mailboxConfiguration"}) {
    body[name].as_object()["x-unknown"] = true;
  }
  KF_TRY(const Answer made,
         answered(relay, ada.create(body), 200, "a Create with unknown members"));
  KF_TRY(const Box box, box_of(made));
  Call update = ada.update(box);
  const object payload = random_payload();
  update.body = codec::encode_json(object{{"payload", payload}, {"x-unknown", 1}});
  KF_TRY(answered(relay, update, 200, "an Update with unknown members"));
  KF_TRY(must_hold(relay, ada.read(box), payload, "a Read after an Update with unknown members"));
  Call read = Device().read(box);
  read.body = R"({"x-unknown":[1]})";
  KF_TRY(must_hold(relay, read, payload, "a Read with unknown members"));
  return pass("Create, Update and Read ignore what they do not know");
}

Result<Finding> read_without_body(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  Call call = ada.read(box);
  KF_TRY(answered(relay, call, 200, "a Read without body and Content-Type"));
  return pass("200");
}

Result<Finding> read_with_token(Subject& relay) {
  const Device ada;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  Call call = ada.read(box);
  call.body = R"({"notificationToken":{"type":"com.example.none","tokenData":"abc"}})";
  KF_TRY(const Answer read, relay.send(call));
  KF_TRY(must_be(read, {200}, {400, 415}, "a Read with a notificationToken", notes));
  return notes.finding("a Read may carry a notificationToken");
}

Result<Finding> whole_token(Subject& relay) {
  Notes notes;
  for (const char* name : {"type", "tokenData"}) {
    const object half{{name, "com.example.none"}};
    KF_TRY(const Answer answer, relay.send(create_with(relay, "notificationToken", half)));
    KF_TRY(must_be(answer, {400}, {200, 422},
                   "a notificationToken with " + std::string(name) + " alone", notes));
  }
  return notes.finding("half a token gets 400");
}

Result<Finding> size_cap(Subject& relay) {
  const Device ada;
  MailboxWish wish;
  wish.payload = random_payload(kOverAnyCap);
  KF_TRY(Scene scene, Scene::claimed(relay));
  const auto update = relay.send(scene.recipient.update(scene.box, wish.payload));
  if (update && !update->success()) {
    KF_TRY(scene.stays("an Update of 512 KiB that was refused"));
  }
  const auto answer = relay.send(ada.create(create_body(relay, wish)));
  if (!answer && answer.error().code == Errc::network) {
    return allowed("the connection was closed on 512 KiB, without a 413");
  }
  if (!answer) return answer.error();
  if (answer->success()) return info("512 KiB were taken: the cap is higher, or there is none");
  if (answer->status == 413) return pass("512 KiB get 413");
  KF_TRY(must(answer->status < 500, "512 KiB were answered with " + answer->said()));
  return allowed("512 KiB get " + answer->said() + ", not 413");
}

constexpr Check kChecks[] = {
    {"API-01.malformed", "a body that is no JSON object is refused", malformed},
    {"API-01.payload", "a Create or Update without payload is refused", payload_needed},
    {"API-07", "displayInformation has title, description and imageURL", display_needed},
    {"NTF-02", "a token has both type and tokenData", whole_token},
    {"A-07.empty", "a Read needs no body", read_without_body},
    {"A-07.token", "a Read may carry a token", read_with_token},
    {"A-43", "data is read in either base64 alphabet", other_alphabet},
    {"A-47", "unknown members are ignored", unknown_members},
    {"A-48.size", "a payload over the cap gets 413", size_cap},
    {"A-49", "payload type, base64 and least length are checked", payload_checked},
};

}  // namespace

Checks body_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
