// Acknowledgements of revocation lists: a verifier says with its next poll which list it has put in
// force. A compact JWS, typ `keyferry-ack+jwt`, signed by the verifier's own key:
//
//   {"verifier": THUMBPRINT, "aud": issuer identifier, "list": "ssh.krl", "epoch": 1,
//    "number": 1795000000000, "iat": 1795000000}
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/crypto/jws.h"

namespace keyferry::authority {

// iat may differ from our clock by this much.
inline constexpr Duration kAckSkew = std::chrono::seconds(120);
// Octets of an acknowledgement; one of ours has some 450.
inline constexpr std::size_t kAckSize = 2048;

// ListPosition orders the lists of one name: the epoch first, then the number.
struct ListPosition {
  std::int64_t epoch = 0;
  std::int64_t number = 0;
  friend auto operator<=>(const ListPosition&, const ListPosition&) = default;
};

// Ack is parsed and NOT yet verified: first find the verifier that it names.
struct Ack {
  crypto::Jws jws;
  std::string verifier;  // thumbprint of its key (RFC 7638)
  std::string audience;
  std::string list;
  ListPosition position;
  Time issued{};
};

// parse_ack checks size, typ and members. Errors: invalid.
Result<Ack> parse_ack(std::string_view compact);

// AckedList is what a verifier's last good acknowledgement of one list said.
struct AckedList {
  ListPosition position;
  Time issued{};  // by the verifier's clock
};

// check_ack says whether `ack` tells something new about the verifier whose key is `key`: true, or
// false for the last one once more (a retry: nothing to do, nothing was verified). `current` is the
// newest list that we issued, `last` what the verifier said before. Everything that costs nothing
// is looked at before the signature.
//
// Refused, so that nobody who recorded an acknowledgement can keep a dead verifier alive with it:
// conflict `stale` (iat is off by more than kAckSkew, or older than the last one's without a newer
// list), conflict `never_issued` (a list newer than ours: of another ledger, or a lie), forbidden
// `audience` (for another authority), cannot_open (not signed by `key`).
Result<bool> check_ack(const Ack& ack, const crypto::PublicKey& key, std::string_view issuer,
                       const ListPosition& current, const std::optional<AckedList>& last, Time now);

// parse_verifier_key reads what `keyferry-verifier init` prints: a JWK Set (RFC 7517) that holds
// one P-256 key for signatures (`use` is "sig" or absent). Keys for other uses are passed over,
// private ones refused. Errors: invalid.
Result<crypto::PublicKey> parse_verifier_key(const boost::json::object& set);

}  // namespace keyferry::authority
