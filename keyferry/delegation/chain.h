// A chain of links, root first, as a wallet checks one that it is given and one that it would sign.
#pragma once

#include <span>
#include <vector>

#include "keyferry/delegation/narrow.h"

namespace keyferry::delegation {

inline constexpr std::size_t kMostLinks = 8;
inline constexpr std::size_t kMostChain = 3072;  // octets as encoded

// CheckedChain: `effective` is what its last holder has; `ids` names each link, and `signers` the
// key that signed it.
struct CheckedChain {
  Effective effective;
  std::vector<Id> ids;
  std::vector<Thumbprint> signers;
  XyOctets holder{};
};

// encode_chain is the array of the links as byte strings; the empty one is an owner's.
Bytes encode_chain(std::span<const Bytes> links);
// parse_chain reads the array only. Errors: invalid (reason `form`).
Result<std::vector<Bytes>> parse_chain(ByteView octets);

// check_chain checks everything but time, lists and the lock's own affairs, from the root on, whose
// signer must be `owner`: the form of all links, then of each prev, rights, signature. Errors:
// invalid or forbidden, the reason as a lock names it: form, owner, prev, window, depth, doors,
// uses, hours, fresh, point, signature.
Result<CheckedChain> check_chain(std::span<const Bytes> links, const crypto::PublicKey& owner);

}  // namespace keyferry::delegation
