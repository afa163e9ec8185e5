// Push tokens: what this relay can do with them.
#pragma once

#include "keyferry/mailbox/push.h"
#include "keyferry/mailbox/request_body.h"
#include "keyferry/relay/relay.h"

namespace keyferry::relay {

// parse_token turns a token into what is kept: the URL of a webhook; empty if there is no driver
// for its type, or its address may not be called. Errors: invalid (a webhook that is no https URL).
Result<mailbox::PushToken> parse_token(const Relay& relay, std::string_view type,
                                       std::string_view data);

// parse_push_wish turns a token into what the mailbox keeps: nothing if none was sent;
// otherwise as parse_token.
Result<mailbox::PushWish> parse_push_wish(const Relay& relay,
                                          const std::optional<mailbox::NotificationToken>& token);

// push tells whoever gave `token`, unless it is empty, that something has changed. Returns at once.
void push(const Relay& relay, const mailbox::PushToken& token);

}  // namespace keyferry::relay
