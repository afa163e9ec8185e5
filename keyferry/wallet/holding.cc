// A name is looked for among locks first, then among delegations, whose chain is checked before
// anything is done with it.
#include "keyferry/wallet/holding.h"

#include <algorithm>

namespace keyferry::wallet {
namespace {

Result<Holding> of_lock(const Wallet& wallet, const keystore::LockRecord& lock) {
  KF_TRY(auto key, keystore::find_owner_key(wallet.home, lock.persona));
  if (!key) {
    return fail(Errc::invalid, "the key that owns the lock \"" + lock.name + "\" is missing");
  }
  const crypto::PublicKey owner = key->public_key();
  return Holding{lock.name, true, *std::move(key), owner, {}, {}, lock.doors, lock.addresses};
}

Result<Holding> of_delegation(keystore::DelegationRecord record) {
  KF_TRY(delegation::CheckedChain chain, delegation::check_chain(record.links, record.owner));
  std::vector<Bytes> doors = chain.effective.rights.doors;
  return Holding{record.name,
                 false,
                 std::move(record.key),
                 record.owner,
                 std::move(record.links),
                 std::move(chain),
                 std::move(doors),
                 std::move(record.addresses)};
}

Result<Done> leave_one_door(Holding& holding, const std::string& door) {
  std::string names;
  for (const Bytes& one : holding.doors)
    names += (names.empty() ? "" : ", ") + keystore::door_name(one);
  std::erase_if(holding.doors, [&](const Bytes& one) { return keystore::door_name(one) != door; });
  if (!holding.doors.empty()) return Done{};
  return fail(Errc::not_found,
              "\"" + holding.name + "\" has no door \"" + door + "\": it has " + names,
              "unknown_name");
}

}  // namespace

Result<std::optional<Holding>> find_holding(const Wallet& wallet, const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string name = text.substr(0, slash);
  std::optional<Holding> found;
  KF_TRY(const auto lock, keystore::load_lock(wallet.home, name));
  if (lock) {
    KF_TRY(found, of_lock(wallet, *lock));
  } else {
    KF_TRY(auto record, keystore::load_delegation(wallet.home, name));
    if (!record) return std::optional<Holding>();
    KF_TRY(found, of_delegation(*std::move(record)));
  }
  if (slash != std::string::npos) {
    KF_TRY(leave_one_door(*found, text.substr(slash + 1)));
  }
  return found;
}

Result<Holding> need_holding(const Wallet& wallet, const std::string& text) {
  KF_TRY(auto found, find_holding(wallet, text));
  if (found) return *std::move(found);
  std::string names;
  for (const char* folder : {"locks", "delegations"}) {
    KF_TRY(const auto some, keystore::record_names(wallet.home.folder(folder)));
    for (const std::string& name : some) names += (names.empty() ? "" : ", ") + name;
  }
  return fail(Errc::not_found,
              "no lock or delegation is called \"" + text.substr(0, text.find('/')) +
                  "\": " + (names.empty() ? "this wallet holds none" : "there are " + names),
              "unknown_name");
}

Result<Done> remember_address(const Wallet& wallet, const Holding& holding, const Bytes& door,
                              const std::string& address) {
  KF_TRY(const file::Lock held, wallet.home.lock());
  if (holding.owns) {
    KF_TRY(auto lock, keystore::load_lock(wallet.home, holding.name));
    if (!lock || lock->addresses[keystore::door_name(door)] == address) return Done{};
    lock->addresses[keystore::door_name(door)] = address;
    return keystore::save_lock(wallet.home, *lock);
  }
  KF_TRY(auto record, keystore::load_delegation(wallet.home, holding.name));
  if (!record || record->addresses[keystore::door_name(door)] == address) return Done{};
  record->addresses[keystore::door_name(door)] = address;
  return keystore::save_delegation(wallet.home, *record);
}

}  // namespace keyferry::wallet
