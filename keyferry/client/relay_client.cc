// An answer that decides something counts only with our request id in it: without an id it is a
// proxy's, with another it is for somebody else.
#include "keyferry/client/relay_client.h"

#include "keyferry/client/refusals.h"
#include "keyferry/codec/entity_tag.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/transfer/share_secret.h"

namespace keyferry::client {
namespace {

constexpr std::string_view kRequestId = "Mailbox-Request-ID";

constexpr int kWaitSeconds = 25;

bool is_success(const http::Response& response) {
  return response.status == 200 || response.status == 201;
}

// A relay says that it does not know, or what it did, under the request's id. What says no more
// than "later" may be a proxy's.
bool is_decision(const http::Response& response) {
  return response.status < 500 && response.status != 429 && response.status != 304;
}

std::string version_of(const http::Response& response) {
  return std::string(response.headers.find("ETag").value_or(""));
}

boost::json::object encode_payload(const transfer::SealedPayload& payload) {
  return {{"type", payload.type}, {"data", payload.data}};
}

Result<MailboxMessage> parse_message(const http::Response& response) {
  KF_TRY(const boost::json::object object, json_of(response));
  KF_TRY(const boost::json::object* payload, codec::object_member(object, "payload"));
  MailboxMessage message;
  KF_TRY(message.payload.type, codec::text_member(*payload, "type"));
  KF_TRY(message.payload.data, codec::text_member(*payload, "data"));
  message.version = version_of(response);
  KF_TRY(const auto until, codec::optional_text_member(object, "expiration"));
  if (until) {
    KF_TRY(message.expires, codec::parse_rfc3339(*until));
  }
  return message;
}

http::ClientRequest request_to(std::string method, std::string url, bool allow_local) {
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.allow_local = allow_local;
  request.headers.set("Accept", "application/json");
  return request;
}

//= spec:tigress#PRV-05
boost::json::object display_information(const std::string& base) {
  return {{"title", "A share is waiting for you"},
          {"description", "Take it with keyferry: copy the whole link. Looking takes nothing."},
          {"imageURL", base + "/v1/pictures/access.png"}};
}

boost::json::object create_body(const CreateOrder& order) {
  boost::json::object configuration{{"accessRights", "RWD"},
                                    {"expiration", codec::encode_rfc3339(order.expiration)}};
  if (!order.claim_hash.empty()) {
    configuration["claimHash"] = order.claim_hash;
    configuration["claimPolicy"] = "proof";
  }
  boost::json::object body{{"payload", encode_payload(order.payload)},
                           {"displayInformation", display_information(order.base)},
                           {"mailboxConfiguration", std::move(configuration)}};
  if (!order.notify.empty()) {
    body["notificationToken"] =
        boost::json::object{{"type", "webhook"}, {"tokenData", order.notify}};
  }
  return body;
}

// What the receiver is told (experience.md section 2).
Error read_error(Error error) {
  if (error.code == Errc::not_found) {
    error.detail = link_leads_nowhere().detail;
  } else if (error.reason == "claim_proof") {
    error.detail = "the last part of this link is wrong or damaged; nothing was taken";
  } else if (error.reason == "claimed") {
    error.detail =
        "another wallet opened this link first. If it is not yours, tell the sender: `keyferry "
        "revoke …` on their side ends it";
  }
  return error;
}

}  // namespace

//= spec:tigress#IDM-03
//= spec:tigress#IDM-04
Result<http::Response> RelayClient::send(http::ClientRequest request, const MailboxCaller& caller) {
  request.headers.set("Mailbox-Device-Claim", caller.device_claim);
  request.headers.set(std::string(kRequestId), caller.request_id);
  KF_TRY(http::Response response, web_.send([&] { return request; }));
  const auto echo = response.headers.find(kRequestId);
  if (!echo && is_decision(response)) {
    return fail(Errc::unavailable, "something on the way answers " +
                                       std::to_string(response.status) +
                                       " instead of the relay: that was not used");
  }
  if (echo && *echo != caller.request_id) {
    return fail(Errc::forbidden,
                "the relay answers to another request than ours: its answer was not used", "echo");
  }
  return response;
}

Result<CreatedMailbox> parse_created(const CreateOrder& order, const http::Response& response) {
  KF_TRY(const boost::json::object object, json_of(response));
  KF_TRY(const std::string url, codec::text_member(object, "urlLink"));
  KF_TRY(const transfer::ReadLink read, transfer::parse_share_link(url));
  const auto asked = codec::parse_web_url(order.base);
  const auto given = codec::parse_web_url(read.link.base);
  if (!asked || !given || asked->origin != given->origin || read.link.secret ||
      read.link.form != transfer::LinkForm::mailbox) {
    return fail(Errc::forbidden, "the relay answers with a link to another address: not used",
                "foreign_link");
  }
  CreatedMailbox created{read.link.base, read.link.mailbox, order.expiration, false, false};
  if (object.contains("expiration")) {
    KF_TRY(const std::string until, codec::text_member(object, "expiration"));
    KF_TRY(created.expiration, codec::parse_rfc3339(until));
  }
  KF_TRY(const auto hash, codec::optional_text_member(object, "claimHash"));
  KF_TRY(const auto policy, codec::optional_text_member(object, "claimPolicy"));
  KF_TRY(const auto pushes, codec::optional_bool_member(object, "isPushNotificationSupported"));
  created.pushes = !order.notify.empty() && pushes.value_or(false);
  created.proves = hash == order.claim_hash && policy == "proof";
  return created;
}

//= spec:tigress#A-01
//= spec:tigress#NTF-07
Result<CreatedMailbox> RelayClient::create(const CreateOrder& order) {
  http::ClientRequest request = request_to("POST", order.base + "/v1/m", allow_local_);
  request.headers.set("Content-Type", "application/json");
  request.body = codec::encode_json(create_body(order));
  KF_TRY(const http::Response response,
         send(std::move(request), {order.device_claim, order.request_id}));
  if (!is_success(response)) return error_of(response);
  return parse_created(order, response);
}

//= spec:tigress#A-55
http::ClientRequest RelayClient::read_request(const transfer::ShareLink& link) const {
  http::ClientRequest request = request_to("POST", transfer::mailbox_url(link), allow_local_);
  request.headers.set("Mailbox-Claim-Key",
                      transfer::encode_claim_key(transfer::claim_key_of(*link.secret)));
  return request;
}

Result<MailboxMessage> RelayClient::read(const transfer::ShareLink& link,
                                         const MailboxCaller& caller) {
  KF_TRY(const http::Response response, send(read_request(link), caller));
  if (!is_success(response)) return read_error(error_of(response));
  return parse_message(response);
}

Result<std::optional<MailboxMessage>> RelayClient::await(const transfer::ShareLink& link,
                                                         const MailboxCaller& caller,
                                                         const std::string& version) {
  http::ClientRequest request = read_request(link);
  if (!version.empty()) {
    request.headers.set("If-None-Match", version);
    request.headers.set("Prefer", "wait=" + std::to_string(kWaitSeconds));
    request.timeout = std::chrono::seconds(kWaitSeconds + 20);
  }
  KF_TRY(const http::Response response, send(std::move(request), caller));
  if (response.status == 204 || response.status == 304) return std::optional<MailboxMessage>();
  if (!is_success(response)) return error_of(response);
  KF_TRY(MailboxMessage message, parse_message(response));
  // A proxy may have changed one of the two.
  if (codec::same_tag(message.version, version)) return std::optional<MailboxMessage>();
  return std::optional(std::move(message));
}

//= spec:tigress#A-19
Result<std::string> RelayClient::write(const transfer::ShareLink& link, const MailboxCaller& caller,
                                       const transfer::SealedPayload& payload,
                                       const std::string& version) {
  http::ClientRequest request = request_to("PUT", transfer::mailbox_url(link), allow_local_);
  request.headers.set("Content-Type", "application/json");
  if (!version.empty()) request.headers.set("If-Match", version);
  request.body = codec::encode_json(boost::json::object{{"payload", encode_payload(payload)}});
  KF_TRY(const http::Response response, send(std::move(request), caller));
  if (!is_success(response)) return error_of(response);
  return version_of(response);
}

Result<Done> RelayClient::relinquish(const transfer::ShareLink& link, const MailboxCaller& caller) {
  KF_TRY(const http::Response response,
         send(request_to("PATCH", transfer::mailbox_url(link), allow_local_), caller));
  if (!is_success(response)) return error_of(response);
  return Done{};
}

//= spec:tigress#IDM-10
Result<Done> RelayClient::remove(const transfer::ShareLink& link, const MailboxCaller& caller) {
  KF_TRY(const http::Response response,
         send(request_to("DELETE", transfer::mailbox_url(link), allow_local_), caller));
  if (!is_success(response) && response.status != 404 && response.status != 204) {
    return error_of(response);
  }
  return Done{};
}

}  // namespace keyferry::client
