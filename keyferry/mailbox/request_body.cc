#include "keyferry/mailbox/request_body.h"

#include <algorithm>
#include <limits>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"

namespace keyferry::mailbox {
namespace {

using boost::json::object;

constexpr std::size_t kMostTypeOctets = 64;
constexpr std::size_t kDepth = 8;

Error over(std::string_view what, std::size_t most) {
  return fail(Errc::too_large,
              std::string(what) + " is over the limit of " + std::to_string(most) + " octets");
}

//= spec:tigress#A-49
Result<std::string> parse_payload_type(const object& payload, bool strict) {
  KF_TRY(std::string type, codec::text_member(payload, "type"));
  if (strict && type != "AEAD_AES_128_GCM" && type != "AEAD_AES_256_GCM") {
    return fail(Errc::invalid, "member \"type\" must be AEAD_AES_128_GCM or AEAD_AES_256_GCM");
  }
  if (type.empty() || type.size() > kMostTypeOctets) {
    return fail(Errc::invalid, "member \"type\" must have 1 to 64 octets");
  }
  return type;
}

// What the octets mean is nobody's business here.
//= spec:tigress#REL-07
//= spec:tigress#PRV-01
//= spec:tigress#A-43
Result<Bytes> parse_payload_data(const object& payload, std::size_t most) {
  KF_TRY(const std::string text, codec::text_member(payload, "data"));
  auto data = parse_base64_any(text);
  if (!data) {
    return fail(Errc::invalid, "member \"data\" must be base64 of IV, ciphertext and tag");
  }
  if (data->size() > most) return over("member \"data\", decoded,", most);
  if (data->size() < kLeastPayload) {
    return fail(Errc::invalid,
                "member \"data\" is shorter than an IV and a tag (28 octets): send what was "
                "sealed");
  }
  return *std::move(data);
}

Result<Payload> parse_payload(const object& body, const BodyLimits& limits) {
  KF_TRY(const object* member, codec::object_member(body, "payload"));
  auto type = parse_payload_type(*member, limits.strict);
  if (!type) return in_context("payload", type.error());
  auto data = parse_payload_data(*member, limits.payload);
  if (!data) return in_context("payload", data.error());
  return Payload{*std::move(type), *std::move(data)};
}

//= spec:tigress#API-07
//= spec:tigress#TRN-04
Result<DisplayInformation> parse_display_members(const object& member, std::size_t most) {
  DisplayInformation display;
  KF_TRY(display.title, codec::text_member(member, "title"));
  KF_TRY(display.description, codec::text_member(member, "description"));
  KF_TRY(display.image_url, codec::text_member(member, "imageURL"));
  for (std::string* text : {&display.title, &display.description, &display.image_url}) {
    KF_TRY(*text, codec::nfc(*text));
  }
  if (display.title.size() + display.description.size() + display.image_url.size() > most) {
    return over("the text", most);
  }
  return display;
}

Result<DisplayInformation> parse_display(const object& body, std::size_t most) {
  KF_TRY(const object* member, codec::object_member(body, "displayInformation"));
  auto display = parse_display_members(*member, most);
  if (!display) return in_context("displayInformation", display.error());
  return display;
}

//= spec:tigress#NTF-02
Result<NotificationToken> parse_token_members(const object& member, std::size_t most) {
  NotificationToken token;
  KF_TRY(token.type, codec::text_member(member, "type"));
  KF_TRY(token.data, codec::text_member(member, "tokenData"));
  if (token.type.size() + token.data.size() > most) return over("the token", most);
  return token;
}

Result<std::optional<NotificationToken>> parse_token(const object& body, std::size_t most) {
  KF_TRY(const object* member, codec::optional_object_member(body, "notificationToken"));
  if (!member) return std::optional<NotificationToken>();
  auto token = parse_token_members(*member, most);
  if (!token) return in_context("notificationToken", token.error());
  return std::optional(*std::move(token));
}

//= spec:tigress#A-55
Result<ClaimRule> parse_claim_rule(const object& member) {
  ClaimRule rule;
  if (member.contains("claimHash")) {
    KF_TRY(const Bytes hash, codec::octets_member(member, "claimHash", 32));
    rule.key_hash.emplace();
    std::copy(hash.begin(), hash.end(), rule.key_hash->octets.begin());
  }
  KF_TRY(const auto policy, codec::optional_text_member(member, "claimPolicy"));
  if (!policy) return rule;
  if (*policy != "proof") {
    return fail(Errc::invalid, "member \"claimPolicy\" must be \"proof\", or left out");
  }
  if (!rule.key_hash) {
    return fail(Errc::invalid, "member \"claimPolicy\" needs the member \"claimHash\" beside it");
  }
  rule.proof_only = true;
  return rule;
}

//= spec:tigress#A-20
Result<Delivery> parse_delivery(const object& member) {
  KF_TRY(const auto delivery, codec::optional_text_member(member, "delivery"));
  if (!delivery) return Delivery::slot;
  if (*delivery == "queue") return Delivery::queue;
  return fail(Errc::invalid, "member \"delivery\" must be \"queue\", or left out");
}

//= spec:tigress#A-09
//= spec:tigress#A-14
Result<Configuration> parse_configuration_members(const object& member) {
  Configuration configuration;
  KF_TRY(const auto rights, codec::optional_text_member(member, "accessRights"));
  if (rights) {
    KF_TRY(configuration.rights, parse_access_rights(*rights));
  }
  KF_TRY(const std::string expiration, codec::text_member(member, "expiration"));
  const auto deadline = codec::parse_rfc3339(expiration);
  if (!deadline) {
    return fail(Errc::invalid,
                "member \"expiration\" must be like 2030-01-31T12:00:00Z: UTC, whole seconds");
  }
  configuration.expiration = *deadline;
  KF_TRY(configuration.rule, parse_claim_rule(member));
  KF_TRY(configuration.delivery, parse_delivery(member));
  return configuration;
}

Result<std::optional<Configuration>> parse_configuration(const object& body) {
  KF_TRY(const object* member, codec::optional_object_member(body, "mailboxConfiguration"));
  if (!member) return std::optional<Configuration>();
  auto configuration = parse_configuration_members(*member);
  if (!configuration) return in_context("mailboxConfiguration", configuration.error());
  return std::optional<Configuration>(*std::move(configuration));
}

//= spec:tigress#A-47
Result<object> parse_body(std::string_view json, const BodyLimits& limits) {
  return codec::parse_json_object(json, {most_body_octets(limits), kDepth});
}

}  // namespace

// An octet of text takes at most six octets in JSON (\u00XX), one of base64 likewise.
std::size_t most_body_octets(const BodyLimits& limits) {
  constexpr std::size_t kRoomForNames = 4096;
  return limits.payload * 2 + 6 * (limits.display + limits.token) + kRoomForNames;
}

Result<CreateBody> parse_create_body(std::string_view json, const BodyLimits& limits) {
  KF_TRY(const object body, parse_body(json, limits));
  CreateBody create;
  KF_TRY(create.request.payload, parse_payload(body, limits));
  KF_TRY(create.request.display, parse_display(body, limits.display));
  KF_TRY(create.request.configuration, parse_configuration(body));
  KF_TRY(create.token, parse_token(body, limits.token));
  return create;
}

Result<UpdateBody> parse_update_body(std::string_view json, const BodyLimits& limits) {
  KF_TRY(const object body, parse_body(json, limits));
  UpdateBody update;
  KF_TRY(update.payload, parse_payload(body, limits));
  KF_TRY(update.token, parse_token(body, limits.token));
  return update;
}

//= spec:tigress#A-07
Result<ReadBody> parse_read_body(std::string_view json, const BodyLimits& limits) {
  KF_TRY(const object body, parse_body(json, limits));
  ReadBody read;
  KF_TRY(read.token, parse_token(body, limits.token));
  KF_TRY(const auto after, codec::optional_integer_member(
                               body, "after", 0, std::numeric_limits<std::int64_t>::max()));
  if (after) read.after = static_cast<std::uint64_t>(*after);
  return read;
}

}  // namespace keyferry::mailbox
