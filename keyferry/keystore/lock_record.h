// A lock that this wallet owns: locks/NAME.json; and the key that makes it an owner:
// owners/PERSONA.json, one a persona, so that a right can name doors of several locks.
#pragma once

#include <map>
#include <optional>

#include "keyferry/delegation/link.h"
#include "keyferry/keystore/record_folder.h"

namespace keyferry::keystore {

struct LockRecord {
  std::string name;
  std::string persona;
  Bytes key;  // x ‖ y of the lock's
  std::string zone;
  std::vector<Bytes> doors;                      // lock id ‖ name
  std::map<std::string, std::string> addresses;  // of a door's reader, by the door's name
};

Result<std::vector<LockRecord>> load_locks(const Home& home);
Result<std::optional<LockRecord>> load_lock(const Home& home, const std::string& name);
Result<Done> save_lock(const Home& home, const LockRecord& lock);

// owner_key returns the persona's, made and stored at its first use; find_owner_key none if there
// was none.
Result<crypto::PrivateKey> owner_key(const Home& home, std::string_view persona);
Result<std::optional<crypto::PrivateKey>> find_owner_key(const Home& home,
                                                         std::string_view persona);

// door_name is what a person calls a door, its octets behind the lock's id, made fit to be shown.
std::string door_name(ByteView door);
delegation::Id lock_id_of(ByteView door);

// Addresses as a member of a record.
boost::json::object encode_addresses(const std::map<std::string, std::string>& addresses);
Result<std::map<std::string, std::string>> addresses_member(const boost::json::object& record);

}  // namespace keyferry::keystore
