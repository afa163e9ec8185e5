// Contents of the messages that the delegation conversation, format keyferry.delegation.v1
// (transfer.md section 3), has for itself: its invite and its import. All others are those of
// confirmed_messages.h. parse_* refuses what is missing or wrongly typed (reason `damaged`) and
// ignores unknown members.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/transfer/confirmed_messages.h"

namespace keyferry::transfer {

inline constexpr std::string_view kDelegationFormat = "keyferry.delegation.v1";
// A chain has 8 links at most (docs/lock.md): the delegation and 7 above it.
inline constexpr std::size_t kMostChain = 7;
inline constexpr std::size_t kMostLists = 8;
inline constexpr std::size_t kMostLink = 3072;      // octets of a whole chain, so of a link too
inline constexpr std::size_t kMostDenyList = 4096;  // octets

// DelegationInvite offers a right that the sender signs itself. It names no authority and no share:
// `issuer` is the RFC 7638 thumbprint of the key that signs.
struct DelegationInvite {
  digest::Sha256 issuer{};
  std::string kind;  // 1 to 200 octets
  // Of the kind `delegation` they are checked (delegation_rights.h); other kinds are for later
  // versions.
  boost::json::object rights;
  Time expires{};
  Handshake handshake;
};
boost::json::object encode_delegation_invite(const DelegationInvite& invite);
Result<DelegationInvite> parse_delegation_invite(const boost::json::object& content);

// Import is what the import message seals: the delegation to the receiver's key as a COSE_Sign1;
// those above it, root first, at most kMostChain; the key of the owner who signed the root, P-256;
// and deny lists, if there are. None is looked into here: whether they are signed and lead to that
// owner is for whoever takes the delegation in.
struct Import {
  Bytes delegation;
  std::vector<Bytes> chain;
  crypto::PublicKey owner;
  std::vector<Bytes> lists;
  friend bool operator==(const Import&, const Import&) = default;
};
boost::json::object encode_import(const Import& import);
Result<Import> parse_import(const boost::json::object& object);

}  // namespace keyferry::transfer
