// A delegation that this wallet holds: delegations/NAME.json, with its key; and one that it signed:
// signed/ID.json, kept until it is over, so that it can be denied.
#pragma once

#include "keyferry/delegation/chain.h"
#include "keyferry/keystore/lock_record.h"

namespace keyferry::keystore {

struct DelegationRecord {
  std::string name;
  std::string persona;
  crypto::PrivateKey key;
  crypto::PublicKey owner;   // who signed the root
  std::vector<Bytes> links;  // root first, ours last
  std::string source;        // id of the transfer that brought it
  bool reported = false;     // the person has seen that it is theirs
  Time taken{};
  std::map<std::string, std::string> addresses;  // as in LockRecord
};

Result<std::vector<DelegationRecord>> load_delegations(const Home& home);
Result<std::optional<DelegationRecord>> load_delegation(const Home& home, const std::string& name);
Result<Done> save_delegation(const Home& home, const DelegationRecord& record);

// SignedRecord: `share` names it for the person, `holding` is what it was signed from, a lock's or
// a delegation's name.
struct SignedRecord {
  std::string share;
  std::string persona;
  std::string holding;
  std::string label;  // what the holder's wallet calls itself
  Bytes link;
  delegation::Id id{};
  std::optional<delegation::Id> root;  // the chain's, where this is no root
  bool deniable = true;                // by this wallet: the owner's, or a child of the root
  bool denied = false;
  boost::json::object rights;
  Time expires{};
};

Result<std::vector<SignedRecord>> load_signed(const Home& home);
Result<std::optional<SignedRecord>> load_signed(const Home& home, const std::string& share);
Result<Done> save_signed(const Home& home, const SignedRecord& record);

}  // namespace keyferry::keystore
