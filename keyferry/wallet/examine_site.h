// keyferry doctor --web: whether a browser's site (docs/web.md) serves what its release holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keyferry/crypto/key.h"
#include "keyferry/wallet/doctor.h"

namespace keyferry::wallet {

// SiteTrust is what the person knows of the release by another way than the site.
struct SiteTrust {
  std::optional<crypto::PublicKey> key;  // that its list of files is signed with
  std::optional<std::string> manifest;   // its manifest.json
};

// parse_site_key reads an Ed25519 public key in PEM, as `openssl pkey -pubout` writes it. Errors:
// invalid.
Result<crypto::PublicKey> parse_site_key(std::string_view pem);

// examine_site fetches the site's list of files and every file on it, and compares them with one
// another, the answer's headers with the page, and the list with `trust`. `site` is the address of
// relay.toml's [web] origin. It tells what the site serves to this machine now; what it serves to
// others it cannot tell.
std::vector<Finding> examine_site(Wallet& wallet, std::string_view site, const SiteTrust& trust);

}  // namespace keyferry::wallet
