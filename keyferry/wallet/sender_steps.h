// The steps between a wish and a link, which making a share and offering one again have in common.
// Each is stored before it is sent and skipped when it was done, so that a call that was cut off
// goes on where it was.
#pragma once

#include <optional>
#include <string>

#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/holder.h"
#include "keyferry/wallet/sender.h"

namespace keyferry::wallet {

inline constexpr std::size_t kPinDigits = 6;
inline constexpr std::size_t kCodeDigits = 6;

// new_record draws secret, claim and request ids; nothing is stored yet.
keystore::SenderRecord new_record(Wallet& wallet, const std::string& credential,
                                  std::string request, keystore::Place place);

// begin_comparison sets what the two people compare, with a code where one is wished for, and the
// address that the relay is to call.
void begin_comparison(keystore::SenderRecord& record, const SenderOptions& options);

// note_answer takes over what the authority says of the share: its offer too, in immediate mode.
Result<Done> note_answer(keystore::SenderRecord& record, const http::Response& response);

// seal_offer seals the offer once. post_offer lays it where it travels; a refusal takes the share
// back (`holder` null: nothing was made at an authority).
Result<Done> seal_offer(Wallet& wallet, keystore::SenderRecord& record);
Result<Done> post_offer(Wallet& wallet, Holder* holder, keystore::SenderRecord& record);

// finish_making does all that is still to do until the link is known: share, message, mailbox. What
// the authority refuses leaves nothing behind.
Result<keystore::SenderRecord> finish_making(Wallet& wallet, Holder& holder,
                                             keystore::SenderRecord record);

}  // namespace keyferry::wallet
