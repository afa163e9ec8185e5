#include "keyferry/relay/answers.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

namespace keyferry::relay {
namespace {

// No push driver exists yet, so a token changes nothing.
constexpr bool kPushSupported = false;

int status_of(bool duplicate) {
  return duplicate ? 201 : 200;
}

std::string json_text(std::string_view text) {
  return codec::encode_json(boost::json::value(boost::json::string_view(text)));
}

}  // namespace

//= spec:tigress#MBX-06
//= spec:tigress#A-01
//= spec:tigress#A-35
//= spec:tigress#NTF-07
net::Response create_answer(const Settings& settings, const MailboxId& id,
                            const mailbox::Tombstone& made, bool duplicate) {
  boost::json::object body;
  body["urlLink"] = mailbox_url(settings, encode_uuid(id.octets));
  body["isPushNotificationSupported"] = kPushSupported;
  body["expiration"] = codec::encode_rfc3339(made.deadline);
  if (made.rule.key_hash) body["claimHash"] = encode_base64url(made.rule.key_hash->octets);
  if (made.rule.proof_only) body["claimPolicy"] = "proof";
  return net::json_response(status_of(duplicate), codec::encode_json(body));
}

//= spec:tigress#A-03
net::Response update_answer(bool duplicate) {
  boost::json::object body;
  body["isPushNotificationSupported"] = kPushSupported;
  return net::json_response(status_of(duplicate), codec::encode_json(body));
}

// Written by hand: the payload is most of the answer and needs no escaping.
//= spec:tigress#MBX-10
//= spec:tigress#A-18
net::Response read_answer(const mailbox::Mailbox& box) {
  std::string body = R"({"payload":{"type":)" + json_text(box.payload.type) + R"(,"data":")" +
                     encode_base64(box.payload.data) + R"("},"displayInformation":{"title":)" +
                     json_text(box.display.title) + R"(,"description":)" +
                     json_text(box.display.description) + R"(,"imageURL":)" +
                     json_text(box.display.image_url) + R"(},"expiration":")" +
                     codec::encode_rfc3339(box.deadline) + "\"}";
  return net::json_response(200, std::move(body));
}

net::Response empty_answer(int status) {
  net::Response response;
  response.status = status;
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace keyferry::relay
