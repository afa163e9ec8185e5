// What a person opens doors with and passes on: a lock that they own, or a delegation that they
// hold.
#pragma once

#include "keyferry/keystore/delegation_record.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

struct Holding {
  std::string name;  // of the lock or the delegation
  bool owns = false;
  crypto::PrivateKey key;
  crypto::PublicKey owner;
  std::vector<Bytes> links;        // none where it owns
  delegation::CheckedChain chain;  // of the links
  std::vector<Bytes> doors;        // that can be opened or passed on
  std::map<std::string, std::string> addresses;
};

// find_holding finds what `text` names: NAME, or NAME/DOOR, which leaves that door alone. Nothing
// where no lock or delegation has the name. Errors: not_found with reason unknown_name (it has no
// such door).
Result<std::optional<Holding>> find_holding(const Wallet& wallet, const std::string& text);

// need_holding is find_holding, and not_found (reason unknown_name) says which there are.
Result<Holding> need_holding(const Wallet& wallet, const std::string& text);

// remember_address keeps where a door's reader is.
Result<Done> remember_address(const Wallet& wallet, const Holding& holding, const Bytes& door,
                              const std::string& address);

}  // namespace keyferry::wallet
