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
inline constexpr std::size_t kMostChain = 8;  // transfer.md section 6

// DelegationInvite offers a right that the sender signs itself. It names no authority and no share:
// `issuer` is the RFC 7638 thumbprint of the key that signs.
struct DelegationInvite {
  digest::Sha256 issuer{};
  std::string kind;  // 1 to 200 octets
  boost::json::object rights;
  Time expires{};
  Handshake handshake;
};
boost::json::object encode_delegation_invite(const DelegationInvite& invite);
Result<DelegationInvite> parse_delegation_invite(const boost::json::object& content);

// Import is what the import message seals: the delegation to the receiver's key as a COSE_Sign1,
// and those above it, root first, at most kMostChain. Neither is looked into here: whether they are
// signed and lead to a root is for whoever takes the delegation in.
struct Import {
  Bytes delegation;
  std::vector<Bytes> chain;
  friend bool operator==(const Import&, const Import&) = default;
};
boost::json::object encode_import(const Import& import);
Result<Import> parse_import(const boost::json::object& object);

}  // namespace keyferry::transfer
