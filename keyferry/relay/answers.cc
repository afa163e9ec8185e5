// Each ETag is the version that its own reader sees (set_etag), never the version of the cell.
#include "keyferry/relay/answers.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/mailbox/delivery.h"
#include "keyferry/mailbox/version.h"

namespace keyferry::relay {
namespace {

int status_of(bool duplicate) {
  return duplicate ? 201 : 200;
}

std::string json_text(std::string_view text) {
  return codec::encode_json(boost::json::value(boost::json::string_view(text)));
}

void set_etag(http::Response& response, const mailbox::Mailbox& box, mailbox::Party reader) {
  response.headers.set("ETag", mailbox::encode_version(mailbox::version_of(box, reader)));
}

// Who holds the other side, for the creator alone.
//= spec:tigress#A-30
std::string recipient_members(const mailbox::Mailbox& box) {
  if (std::holds_alternative<mailbox::Unclaimed>(box.recipient))
    return R"(,"recipientBound":false)";
  const bool firm = std::holds_alternative<mailbox::Bound>(box.recipient);
  return R"(,"recipientBound":)" + std::string(firm ? "true" : R"("provisional")") +
         R"(,"boundAt":")" +
         codec::encode_rfc3339(std::chrono::floor<std::chrono::seconds>(box.bound_at)) + '"';
}

}  // namespace

//= spec:tigress#MBX-06
//= spec:tigress#A-01
//= spec:tigress#A-35
//= spec:tigress#NTF-07
http::Response create_answer(const Settings& settings, const MailboxId& id,
                             const mailbox::Tombstone& made, bool duplicate, bool has_driver) {
  boost::json::object body;
  body["urlLink"] = mailbox_url(settings, encode_uuid(id.octets));
  body["isPushNotificationSupported"] = made.push_promised && has_driver;
  body["expiration"] = codec::encode_rfc3339(made.deadline);
  if (made.rule.key_hash) body["claimHash"] = encode_base64url(made.rule.key_hash->octets);
  if (made.rule.proof_only) body["claimPolicy"] = "proof";
  if (made.delivery == mailbox::Delivery::queue) body["delivery"] = "queue";
  auto response = http::json_response(status_of(duplicate), codec::encode_json(body));
  set_etag(response, mailbox::Mailbox(), mailbox::Party::creator);
  return response;
}

//= spec:tigress#A-03
//= spec:tigress#A-19
http::Response update_answer(const mailbox::Mailbox& box, mailbox::Party writer, bool duplicate,
                             bool pushes) {
  boost::json::object body;
  body["isPushNotificationSupported"] = pushes;
  auto response = http::json_response(status_of(duplicate), codec::encode_json(body));
  const bool by_creator = writer == mailbox::Party::creator;
  const bool holds_own = writer != mailbox::Party::stranger && box.slot.by_creator == by_creator;
  if (!duplicate || holds_own) set_etag(response, box, writer);
  return response;
}

// Written by hand: the payload is most of the answer and needs no escaping.
//= spec:tigress#MBX-10
//= spec:tigress#A-18
//= spec:tigress#A-21
http::Response read_answer(const mailbox::Mailbox& box, mailbox::Party reader,
                           std::optional<std::uint64_t> after) {
  const mailbox::Message& message = *mailbox::find_message(box, reader, after);
  const bool own = message.by_creator == (reader == mailbox::Party::creator);
  std::string body = R"({"payload":{"type":)" + json_text(message.payload.type) + R"(,"data":")" +
                     encode_base64(message.payload.data) + R"("},"seq":)" +
                     std::to_string(message.seq) + R"(,"origin":")" + (own ? "self" : "peer") +
                     R"(","displayInformation":{"title":)" + json_text(box.display.title) +
                     R"(,"description":)" + json_text(box.display.description) + R"(,"imageURL":)" +
                     json_text(box.display.image_url) + R"(},"expiration":")" +
                     codec::encode_rfc3339(box.deadline) + '"';
  if (reader == mailbox::Party::creator) body += recipient_members(box);
  auto response = http::json_response(200, std::move(body) + '}');
  set_etag(response, box, reader);
  return response;
}

http::Response nothing_new(const mailbox::Mailbox& box, mailbox::Party reader) {
  auto response = empty_answer(204);
  set_etag(response, box, reader);
  return response;
}

http::Response empty_answer(int status) {
  http::Response response;
  response.status = status;
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace keyferry::relay
