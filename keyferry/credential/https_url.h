// The URLs that an offer may name.
#pragma once

#include <string_view>

namespace keyferry::credential {

enum class UrlQuery { refused, allowed };

// is_https_url says whether `text` is an absolute https URL of at most 2048 visible ASCII
// characters with a host, without user and fragment, and without a query unless it is allowed. It
// does not say that the host exists or may be asked: that is the caller's policy.
bool is_https_url(std::string_view text, UrlQuery query);

}  // namespace keyferry::credential
