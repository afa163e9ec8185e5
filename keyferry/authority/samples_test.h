// Values that the tests of this folder share: keys, shares and a fixed instant.
#pragma once

#include <string>

#include "keyferry/authority/dpop.h"
#include "keyferry/authority/nonce.h"
#include "keyferry/authority/redeem.h"
#include "keyferry/authority/share.h"
#include "keyferry/credential/kind.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"

namespace keyferry::authority {

inline const Time kNow = from_unix_seconds(1'795'000'000);
inline const std::string kIssuer = "https://auth.example";

inline ServerKeys server_keys(std::uint8_t first = 1) {
  ServerKeys keys;
  keys.code = SecretBytes(Bytes(kServerKeySize, first));
  keys.pin = SecretBytes(Bytes(kServerKeySize, static_cast<std::uint8_t>(first + 1)));
  keys.nonce.emplace_back(Bytes(kServerKeySize, static_cast<std::uint8_t>(first + 2)));
  return keys;
}

inline ShareId share_id(std::uint8_t seed) {
  return ShareId::make(Bytes(kIdRandomSize, seed));
}

inline credential::Rights ssh_rights(const boost::json::object& asked) {
  return *credential::make_root_rights((*credential::find_kind("ssh"))->schema(), asked);
}

inline Share root_share(std::uint8_t seed = 1) {
  Share share{.id = share_id(seed)};
  share.kind = "ssh";
  share.rights = ssh_rights({{"logins", {"deploy", "ada"}}, {"hosts", {"web", "db"}}});
  share.window = {kNow, kNow + std::chrono::hours(10)};
  share.link_until = kNow + std::chrono::hours(5);
  share.depth = 3;
  share.times.created = kNow;
  return share;
}

inline Share child_of(const Share& parent, std::uint8_t seed) {
  Share share = root_share(seed);
  share.parent = parent.id;
  share.depth = parent.depth - 1;
  return share;
}

// live_path is a path of redeemed shares with an open one last.
inline Path live_path(std::size_t length) {
  Path path{root_share(1)};
  while (path.size() < length) {
    path.back().state = State::redeemed;
    path.push_back(child_of(path.back(), static_cast<std::uint8_t>(path.size() + 1)));
  }
  return path;
}

// fresh_proof is what check_dpop returns for a good proof of the key with that thumbprint.
inline Verdict<DpopProof> fresh_proof(const std::string& thumbprint) {
  DpopProof proof;
  proof.thumbprint = thumbprint;
  proof.forget = kNow + kJtiMemory;
  return proof;
}

inline const Refusal& refusal_of(const Verdict<TokenGrant>& verdict) {
  return std::get<Refusal>(verdict);
}

}  // namespace keyferry::authority
