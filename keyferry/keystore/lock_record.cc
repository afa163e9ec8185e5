// An owner's key lies under a hash of the persona, whose name may be none for a file.
#include "keyferry/keystore/lock_record.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/keystore/receiver_record.h"

namespace keyferry::keystore {
namespace {

Result<LockRecord> parse_lock(const boost::json::object& object, const std::string& name) {
  LockRecord lock;
  lock.name = name;
  KF_TRY(lock.persona, codec::text_member(object, "persona"));
  KF_TRY(lock.key, base64url_member(object, "key"));
  KF_TRY(lock.zone, codec::text_member(object, "zone"));
  KF_TRY(lock.doors, octets_list_member(object, "doors"));
  KF_TRY(lock.addresses, addresses_member(object));
  if (lock.doors.empty()) return fail(Errc::invalid, "a stored lock is damaged");
  for (const Bytes& door : lock.doors) {
    if (door.size() <= delegation::kIdSize) return fail(Errc::invalid, "a stored lock is damaged");
  }
  return lock;
}

std::string owner_name(std::string_view persona) {
  return transfer_id(persona, "owner");
}

}  // namespace

Result<std::vector<LockRecord>> load_locks(const Home& home) {
  KF_TRY(const auto names, record_names(home.folder("locks")));
  std::vector<LockRecord> locks;
  for (const std::string& name : names) {
    KF_TRY(auto lock, load_lock(home, name));
    if (lock) locks.push_back(*std::move(lock));
  }
  return locks;
}

Result<std::optional<LockRecord>> load_lock(const Home& home, const std::string& name) {
  if (!is_credential_name(name)) return std::optional<LockRecord>();
  KF_TRY(const auto object, load_record(home.folder("locks"), name));
  if (!object) return std::optional<LockRecord>();
  KF_TRY(LockRecord lock, parse_lock(*object, name));
  return std::optional(std::move(lock));
}

Result<Done> save_lock(const Home& home, const LockRecord& lock) {
  return save_record(home.folder("locks"), lock.name,
                     {{"persona", lock.persona},
                      {"key", encode_base64url(lock.key)},
                      {"zone", lock.zone},
                      {"doors", encode_octets_list(lock.doors)},
                      {"addresses", encode_addresses(lock.addresses)}});
}

Result<std::optional<crypto::PrivateKey>> find_owner_key(const Home& home,
                                                         std::string_view persona) {
  KF_TRY(const auto object, load_record(home.folder("owners"), owner_name(persona)));
  if (!object) return std::optional<crypto::PrivateKey>();
  KF_TRY(crypto::PrivateKey key, p256_member(*object, "key"));
  return std::optional(std::move(key));
}

Result<crypto::PrivateKey> owner_key(const Home& home, std::string_view persona) {
  KF_TRY(const file::Lock lock, home.lock());
  KF_TRY(auto found, find_owner_key(home, persona));
  if (found) return *std::move(found);
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  boost::json::object record{{"persona", persona}};
  put_p256(record, "key", key);
  KF_TRY(save_record(home.folder("owners"), owner_name(persona), std::move(record)));
  return key;
}

std::string door_name(ByteView door) {
  const ByteView name = door.subspan(delegation::kIdSize);
  const bool plain = std::all_of(name.begin(), name.end(), [](std::uint8_t octet) {
    return octet > 0x20 && octet < 0x7f && octet != '/' && octet != '"';
  });
  return plain ? std::string(text_of(name)) : "0x" + encode_hex(name);
}

delegation::Id lock_id_of(ByteView door) {
  delegation::Id id{};
  std::copy_n(door.begin(), id.size(), id.begin());
  return id;
}

boost::json::object encode_addresses(const std::map<std::string, std::string>& addresses) {
  boost::json::object out;
  for (const auto& [door, address] : addresses) out[door] = address;
  return out;
}

Result<std::map<std::string, std::string>> addresses_member(const boost::json::object& record) {
  KF_TRY(const boost::json::object* object, codec::object_member(record, "addresses"));
  std::map<std::string, std::string> out;
  for (const auto& [door, address] : *object) {
    if (address.is_string()) out[std::string(door)] = std::string(address.get_string());
  }
  return out;
}

}  // namespace keyferry::keystore
