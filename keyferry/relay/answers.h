// The JSON bodies of answers.
#pragma once

#include "keyferry/mailbox/mailbox.h"
#include "keyferry/net/http.h"
#include "keyferry/relay/hashes.h"
#include "keyferry/relay/settings.h"

namespace keyferry::relay {

// create_answer: urlLink, isPushNotificationSupported, expiration, and claimHash and
// claimPolicy where the mailbox has them. 200, or 201 for a duplicate with the same body.
net::Response create_answer(const Settings& settings, const MailboxId& id,
                            const mailbox::Tombstone& made, bool duplicate);

// update_answer: isPushNotificationSupported. 200, or 201 with the same body.
net::Response update_answer(bool duplicate);

// read_answer: payload, displayInformation, expiration.
net::Response read_answer(const mailbox::Mailbox& box);

// empty_answer: no body.
net::Response empty_answer(int status);

}  // namespace keyferry::relay
