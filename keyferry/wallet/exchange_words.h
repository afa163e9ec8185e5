// What a person reads about an exchange. Pure.
#pragma once

#include <string>

#include "keyferry/transfer/effects.h"

namespace keyferry::wallet {

// calls_itself is `calls itself "LABEL"`, or that it gives no name; `label` is cleaned already.
std::string calls_itself(const std::string& label);

// words_to_sender and words_to_receiver say why an exchange ended without the credential, what
// state things are in and what to do next.
std::string words_to_sender(const transfer::Ended& ended);
std::string words_to_receiver(const transfer::Ended& ended);

// gone_early is what the receiver reads where the mailbox ended before its deadline.
std::string gone_early();

// outcome_reason is of an error's detail what the sender's wallet reads: 200 code points on one
// line.
std::string outcome_reason(std::string_view detail);

}  // namespace keyferry::wallet
