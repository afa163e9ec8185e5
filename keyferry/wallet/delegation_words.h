// What a person reads of a delegation's rights, and types of them. Pure.
#pragma once

#include <string>
#include <vector>

#include "keyferry/delegation/narrow.h"

namespace keyferry::wallet {

// doors_title names the doors: `open "front" (lock 2ecea22c)`.
std::string doors_title(const std::vector<Bytes>& doors);

// limits_of says what narrows a right beside doors and window, one line each.
std::vector<std::string> limits_of(const transfer::DelegationRights& rights);

// parse_hours reads "Mon-Fri 08:00-18:00, Sat 09:00-12:00" in the lock's local time; what touches
// is one. Errors: invalid (reason usage), with an example.
Result<delegation::Hours> parse_hours(std::string_view text);
std::string show_hours(const delegation::Hours& hours);

}  // namespace keyferry::wallet
