// A deny list: ids of links that are not to count, signed by who signed them (docs/lock.md,
// "Denying").
#pragma once

#include <optional>
#include <vector>

#include "keyferry/delegation/link.h"

namespace keyferry::delegation {

inline constexpr std::size_t kMostOwnersList = 4096, kMostHoldersList = 512;  // octets

struct DenyList {
  std::uint64_t number = 0;
  std::uint32_t issued = 0;
  std::uint32_t since = 0;  // of an owner: its roots with an earlier nbf are denied too
  std::vector<Id> ids;
  std::optional<Id> root;  // of the holder of this root
  Thumbprint signer{};     // as the list names it
};

// sign_deny_list sorts the ids. Errors: too_large (reason `list_full`) where it would pass the
// limit.
Result<Bytes> sign_deny_list(const crypto::PrivateKey& key, DenyList list);

// parse_deny_list checks its form; verify_deny_list the signature of `key` too. Errors: invalid
// (reason `form`), forbidden (reason `signature`).
Result<DenyList> parse_deny_list(ByteView octets);
Result<DenyList> verify_deny_list(ByteView octets, const crypto::PublicKey& key);

}  // namespace keyferry::delegation
