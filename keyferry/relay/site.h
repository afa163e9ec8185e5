// The browser's site, which takes shares in a browser (docs/web.md): whom the relay sends there,
// and to which address.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keyferry/http/http.h"
#include "keyferry/relay/hashes.h"
#include "keyferry/relay/settings.h"

namespace keyferry::relay {

// What an answer of site_redirect's kind depends on, and so every page of a relay that has a site.
inline constexpr std::string_view kSiteVary = "Accept, Sec-Fetch-Mode, Sec-Fetch-Dest, User-Agent";

// is_navigation says whether a person opens this address in a browser's window: a GET whose
// Sec-Fetch-Mode is navigate and Sec-Fetch-Dest document; or, from a browser without these headers
// (or on a way that drops them all), one with a browser's Accept, which no known robot sends that
// makes previews. Whatever else there is gets the page with its card.
bool is_navigation(std::string_view method, const http::Headers& headers);

// site_url is the site's address for a link to this mailbox (nothing: the dropbox), made of the
// configuration, the id and what is known in the link's `query`. It has no fragment, so that the
// browser keeps its own. `settings.web_origin` is set.
std::string site_url(const Settings& settings, const std::optional<MailboxId>& id,
                     std::string_view query);

}  // namespace keyferry::relay
