// What the operator chose (experience.md section 3).
#pragma once

#include <string>
#include <vector>

#include "keyferry/base/secret.h"
#include "keyferry/http/forwarded.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/request_body.h"

namespace keyferry::relay {

struct Settings {
  // https://HOST[:PORT][/BASE], without a slash at the end: what share links begin with.
  std::string public_url;
  // https://HOST[:PORT][/PATH] of the browser's site, without a slash at the end: where navigations
  // to a link are sent. Empty: to nowhere. Never of the relay's own origin.
  std::string web_origin;
  mailbox::Lifetimes lifetimes;
  mailbox::BodyLimits body;
  // Who may create mailboxes: everybody, or who sends one of these as `Authorization: Bearer`
  // (SHA-256 of each token).
  bool create_needs_token = false;
  std::vector<ByteArray<32>> token_hashes;
  int misses_per_minute = 600;   // per source: 404s and wrong proofs; 0: no limit
  int creates_per_minute = 120;  // per source; 0: no limit
  // What one source may bring in a day, in octets times the days that they are kept, a day at
  // least: so no more than twice that of it is stored at any time. 0: no limit.
  std::int64_t octets_per_source = 64 << 20;
  // Calls of one source that wait at once; one above is answered without waiting. 0: no limit.
  std::size_t waits_per_source = 2500;
  // Proxies whose X-Forwarded-For names the source for these limits.
  http::TrustedProxies trusted_proxies;
  // Beginnings of imageURLs that the preview page may show; others get the stock picture.
  std::vector<std::string> image_origins;
};

// base_path_of is the path of public_url: empty, or "/BASE".
std::string_view base_path_of(const Settings& settings);

// mailbox_url is the share link of a mailbox without query and fragment.
std::string mailbox_url(const Settings& settings, std::string_view mailbox_id);

}  // namespace keyferry::relay
