// One link of a delegation: the claims of a CWT that its signer signed (docs/lock.md, "Octets").
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "keyferry/delegation/sign1.h"

namespace keyferry::delegation {

inline constexpr std::size_t kIdSize = 16;
inline constexpr std::size_t kMostDoor = 32;  // octets of a door: lock id ‖ name
using Id = ByteArray<kIdSize>;
using Hours = std::vector<std::pair<unsigned, unsigned>>;  // [from, to) in minutes of the week

// Claims: what is absent is not stated, `hours` and `doors` when empty.
struct Claims {
  std::uint32_t nbf = 0, exp = 0;
  Id cti{};
  XyOctets holder{};
  std::optional<digest::Sha256> prev;
  std::optional<unsigned> depth;
  std::vector<Bytes> doors;
  std::optional<unsigned> uses;
  Hours hours;
  std::optional<unsigned> fresh;
  std::optional<std::string> label;
};

struct Link {
  Claims claims;
  Sign1 signed_;
};

// parse_link. Errors: invalid (reason `form`).
Result<Link> parse_link(ByteView octets);

// sign_link signs as a root where `claims.prev` is absent, else as a child. What it is given must
// be what parse_link reads.
Bytes sign_link(const crypto::PrivateKey& signer, const Claims& claims);

// id_of is the id of a link whose signer has this thumbprint.
Id id_of(const Thumbprint& signer, const Id& cti);

}  // namespace keyferry::delegation
