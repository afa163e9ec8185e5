// Each call that is made has a request id of its own: a check that means a retry sends the same
// Call twice.
#include "keyferry/conformance/device.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/base/uuid.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

Call call_of(std::string method, const Box& box, const std::string& claim) {
  Call call;
  call.method = std::move(method);
  call.path = box.path;
  call.claim = claim;
  call.request_id = new_uuid();
  return call;
}

bool among(int status, std::initializer_list<int> list) {
  return std::find(list.begin(), list.end(), status) != list.end();
}

}  // namespace

std::string new_uuid() {
  return digest::random_id();
}

object random_payload(std::size_t octets) {
  return {{"type", "AEAD_AES_256_GCM"}, {"data", encode_base64(digest::random_bytes(octets))}};
}

std::string expiration_after(const Subject& relay, std::chrono::seconds seconds) {
  return codec::encode_rfc3339(relay.now() + seconds);
}

object create_body(const Subject& relay, const MailboxWish& wish) {
  object configuration{{"expiration", expiration_after(relay, Subject::kLifetime)}};
  if (wish.rights) configuration["accessRights"] = *wish.rights;
  for (const auto& member : wish.more) configuration[member.key()] = member.value();
  return {{"payload", wish.payload},
          {"displayInformation",
           {{"title", "Conformance test"},
            {"description", "A message of a test program. Please ignore it."},
            {"imageURL", "https://example.com/picture.png"}}},
          {"mailboxConfiguration", std::move(configuration)}};
}

Call Device::create(const object& body) const {
  Call call;
  call.method = "POST";
  call.path = "/v1/m";
  call.claim = claim;
  call.request_id = new_uuid();
  call.body = codec::encode_json(body);
  return call;
}

Call Device::read(const Box& box) const {
  return call_of("POST", box, claim);
}

Call Device::update(const Box& box, const object& payload) const {
  Call call = call_of("PUT", box, claim);
  call.body = codec::encode_json(object{{"payload", payload}});
  return call;
}

Call Device::remove(const Box& box) const {
  return call_of("DELETE", box, claim);
}

Call Device::relinquish(const Box& box) const {
  return call_of("PATCH", box, claim);
}

Call preview(const Box& box) {
  Call call;
  call.method = "GET";
  call.path = box.path;
  return call;
}

Result<Box> box_of(const Answer& answer) {
  KF_TRY(object made, answer.json());
  const auto link = codec::text_member(made, "urlLink");
  KF_TRY(must(link.has_value(), "the Create answer has no text member urlLink"));
  Box box{id_of(*link), *link, "/v1/m/" + id_of(*link), std::move(made)};
  KF_TRY(must(!box.id.empty(), "the urlLink of the Create answer has no last part"));
  return box;
}

Result<Box> make_box(Subject& relay, const Device& creator, const MailboxWish& wish) {
  KF_TRY(const Answer answer,
         answered(relay, creator.create(create_body(relay, wish)), 200, "Create"));
  return box_of(answer);
}

Result<Answer> answered(Subject& relay, const Call& call, int status, std::string_view what) {
  KF_TRY(Answer answer, relay.send(call));
  KF_TRY(must(answer.status == status, std::string(what) + " answered " + answer.said() + ", not " +
                                           std::to_string(status)));
  return answer;
}

Result<Done> succeeded(Subject& relay, const Call& call, std::string_view what) {
  KF_TRY(const Answer answer, relay.send(call));
  return must(answer.success(), std::string(what) + " answered " + answer.said());
}

Result<object> payload_read(Subject& relay, const Call& read, std::string_view what) {
  KF_TRY(const Answer answer, answered(relay, read, 200, what));
  KF_TRY(const object body, answer.json());
  const auto payload = codec::object_member(body, "payload");
  KF_TRY(must(payload.has_value(), std::string(what) + " gave no object payload"));
  return **payload;
}

Result<Done> must_hold(Subject& relay, const Call& read, const object& payload,
                       std::string_view what) {
  KF_TRY(const object held, payload_read(relay, read, what));
  return must(held == payload, std::string(what) + " gave another payload than was written");
}

Result<Done> must_be(const Answer& answer, std::initializer_list<int> ours,
                     std::initializer_list<int> also, std::string_view what, Notes& notes) {
  const bool allowed = among(answer.status, also);
  std::string told = std::string(what) + " answered " + answer.said();
  KF_TRY(
      must(among(answer.status, ours) || allowed, told + ", not " + std::to_string(*ours.begin())));
  notes.add_if(allowed, std::move(told));
  return Done{};
}

Result<Done> must_refuse(const Answer& answer, std::string_view what, Notes& notes) {
  return must_be(answer, {401}, {403}, what, notes);
}

}  // namespace keyferry::conformance
