#include "keyferry/relay/push.h"

namespace keyferry::relay {

//= spec:tigress#A-35
//= spec:tigress#NTF-09
Result<mailbox::PushWish> parse_push_wish(const Relay& relay,
                                          const std::optional<mailbox::NotificationToken>& token) {
  if (!token) return mailbox::PushWish();
  if (!relay.webhooks || token->type != "webhook") return mailbox::PushWish("");
  auto url = notify::parse_webhook_url(token->data, relay.webhooks->allow());
  if (url) return mailbox::PushWish(*std::move(url));
  if (url.error().code == Errc::forbidden) return mailbox::PushWish("");
  return in_context("notificationToken: member \"tokenData\"", url.error());
}

//= spec:tigress#NTF-05
void push(const Relay& relay, const mailbox::PushToken& token) {
  if (relay.webhooks && !token.empty()) relay.webhooks->push(token);
}

}  // namespace keyferry::relay
