// The JSON bodies of answers.
#pragma once

#include <optional>

#include "keyferry/http/http.h"
#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/mailbox.h"
#include "keyferry/relay/hashes.h"
#include "keyferry/relay/settings.h"

namespace keyferry::relay {

// create_answer: urlLink, isPushNotificationSupported, expiration, and claimHash,
// claimPolicy and delivery where the mailbox has them, with the ETag of a new
// mailbox. 200, or 201 for a duplicate with the same.
// `has_driver`: pushes that were promised can be made.
http::Response create_answer(const Settings& settings, const MailboxId& id,
                             const mailbox::Tombstone& made, bool duplicate, bool has_driver);

// update_answer: isPushNotificationSupported, with the ETag of what `writer` has written. 200, or
// 201 with the same body, and without the ETag if the other side has written since, or the
// writer has left: it would let the writer overwrite what it has not read. `pushes`: the relay has
// a token of `writer` and a driver for it.
http::Response update_answer(const mailbox::Mailbox& box, mailbox::Party writer, bool duplicate,
                             bool pushes);

// read_answer: the message that `reader` asked for (find_message; there must be one) with its seq
// and origin, displayInformation, expiration, and for the creator recipientBound and boundAt
// with the ETag.
http::Response read_answer(const mailbox::Mailbox& box, mailbox::Party reader,
                           std::optional<std::uint64_t> after);

// nothing_new: 204 with the ETag.
http::Response nothing_new(const mailbox::Mailbox& box, mailbox::Party reader);

// empty_answer: no body.
http::Response empty_answer(int status);

}  // namespace keyferry::relay
