// The authority's symmetric keys. They stand in [keys].path, never in the ledger, so that a copied
// ledger redeems nothing and no PIN can be guessed from it.
#pragma once

#include <vector>

#include "keyferry/base/secret.h"

namespace keyferry::authority {

inline constexpr std::size_t kServerKeySize = 32;

struct ServerKeys {
  SecretBytes code;                // derives pre-authorized codes
  SecretBytes pin;                 // hashes PINs
  std::vector<SecretBytes> nonce;  // newest first; at most two, the older one only checks
};

}  // namespace keyferry::authority
