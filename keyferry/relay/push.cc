#include "keyferry/relay/push.h"

namespace keyferry::relay {

Result<mailbox::PushToken> parse_token(const Relay& relay, std::string_view type,
                                       std::string_view data) {
  if (!relay.webhooks || type != "webhook") return mailbox::PushToken();
  auto url = notify::parse_webhook_url(data, relay.webhooks->allow());
  if (!url && url.error().code == Errc::forbidden) return mailbox::PushToken();
  return url;
}

//= spec:tigress#A-35
//= spec:tigress#NTF-09
Result<mailbox::PushWish> parse_push_wish(const Relay& relay,
                                          const std::optional<mailbox::NotificationToken>& token) {
  if (!token) return mailbox::PushWish();
  auto kept = parse_token(relay, token->type, token->data);
  if (!kept) return in_context("notificationToken: member \"tokenData\"", kept.error());
  return mailbox::PushWish(*std::move(kept));
}

//= spec:tigress#NTF-05
void push(const Relay& relay, const mailbox::PushToken& token) {
  if (relay.webhooks && !token.empty()) relay.webhooks->push(token);
}

}  // namespace keyferry::relay
