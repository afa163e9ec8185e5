// The JSON bodies of Create, Update and Read, checked before any state is looked at.
#pragma once

#include <string_view>

#include "keyferry/base/result.h"
#include "keyferry/mailbox/create.h"

namespace keyferry::mailbox {

// BodyLimits is the operator's choice; more is too_large.
struct BodyLimits {
  std::size_t payload = 64 * 1024;  // octets of payload.data, decoded
  std::size_t display = 1024;       // octets of title, description and imageURL together
  std::size_t token = 4 * 1024;     // octets of notificationToken's type and tokenData together
  // Only the two AEAD names of the drafts are taken as payload.type; false takes any name.
  bool strict = true;
};

// kLeastPayload is IV and tag: no sealed payload is shorter.
inline constexpr std::size_t kLeastPayload = 28;

// most_body_octets bounds a request body that can be within `limits`, however it is escaped.
std::size_t most_body_octets(const BodyLimits& limits);

// NotificationToken is what a side wants to be told by; whether there is a driver for its type is
// the relay's business.
struct NotificationToken {
  std::string type;
  std::string data;
};

// parse_create_body reads payload, displayInformation and, if there, mailboxConfiguration and
// notificationToken (`request.token` stays empty). Texts become NFC; unknown members are ignored
// . Errors: invalid, too_large; the detail names the member.
struct CreateBody {
  CreateRequest request;
  std::optional<NotificationToken> token;
};
Result<CreateBody> parse_create_body(std::string_view json, const BodyLimits& limits);

// parse_update_body reads payload and, if there, notificationToken.
struct UpdateBody {
  Payload payload;
  std::optional<NotificationToken> token;
};
Result<UpdateBody> parse_update_body(std::string_view json, const BodyLimits& limits);

// parse_read_body reads the optional body {"notificationToken": …, "after": n} of Read (A-07,
// `after` is an integer from 0 on.
struct ReadBody {
  std::optional<NotificationToken> token;
  std::optional<std::uint64_t> after;
};
Result<ReadBody> parse_read_body(std::string_view json, const BodyLimits& limits);

}  // namespace keyferry::mailbox
