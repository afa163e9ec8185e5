// Where a person wants to be called when something happens to a share: a webhook of their own or of
// a push gateway that they use. The wallet never serves; whoever is called runs `keyferry watch`.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/result.h"

namespace keyferry::keystore {

// check_notify_url takes an https URL of at most 1900 octets without user information, query and
// fragment. Errors: invalid, reason `usage`.
Result<std::string> check_notify_url(std::string_view url);

// draw_notify_url puts a last part of 22 random letters, digits, - and _ behind `url`: the address
// that one share is told by, which nothing but the place before it ties to another share.
std::string draw_notify_url(std::string_view url);

// notify_base is `drawn` without that part.
std::string notify_base(std::string_view drawn);

// is_notify_part tells whether `text` is `drawn`, or its last part. Never for an empty `drawn`.
bool is_notify_part(std::string_view drawn, std::string_view text);

}  // namespace keyferry::keystore
