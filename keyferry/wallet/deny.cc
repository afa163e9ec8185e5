// What the locks have is fetched before a new list is signed, since this wallet may be a restored
// copy, and the new list is stored before any lock gets it.
#include "keyferry/wallet/deny.h"

#include <algorithm>
#include <set>

#include "keyferry/base/hex.h"
#include "keyferry/wallet/sender_delegation.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kLeastBeginning = 4;

std::uint64_t unix_milliseconds(Time now) {
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
}

// forget_over leaves ids out whose link is over: no lock takes such a link any more.
void forget_over(delegation::DenyList& list, const std::vector<keystore::SignedRecord>& made,
                 Time now) {
  std::erase_if(list.ids, [&](const delegation::Id& id) {
    return std::any_of(made.begin(), made.end(), [&](const keystore::SignedRecord& one) {
      return one.id == id && is_over(one, now);
    });
  });
}

Result<delegation::DenyList> next_list(Wallet& wallet, const Holding& holding) {
  delegation::DenyList list;
  const auto signer = delegation::thumbprint_of(holding.key.public_key());
  const auto root = holding.owns ? std::nullopt : std::optional(holding.chain.ids.front());
  KF_TRY(const auto before, keystore::load_list(wallet.home, signer, root));
  if (before) list = before->list;
  const Time now = wallet.web.now();
  list.signer = signer;
  list.root = root;
  list.number = std::max(list.number + 1, unix_milliseconds(now));
  list.issued = static_cast<std::uint32_t>(unix_milliseconds(now) / 1000);
  KF_TRY(const auto made, keystore::load_signed(wallet.home));
  forget_over(list, made, now);
  return list;
}

bool is_root_of(const delegation::Thumbprint& signer, const keystore::SignedRecord& record) {
  const auto link = delegation::parse_link(record.link);
  return link && link->signed_.signer == signer;
}

// deny_roots denies `made`, all of the list's signer: by `since` what has begun, a root that begins
// this second too, and by id what begins later. An id that no record tells of stays.
void deny_roots(delegation::DenyList& list, const std::vector<keystore::SignedRecord>& made) {
  list.since = std::max(list.since, list.issued + 1);
  for (const keystore::SignedRecord& one : made) {
    std::erase(list.ids, one.id);
    if (!keystore::denies(list, one)) list.ids.push_back(one.id);
  }
}

Result<Done> sign_and_keep(Wallet& wallet, const Holding& holding, delegation::DenyList list) {
  auto octets = delegation::sign_deny_list(holding.key, std::move(list));
  if (!octets) {
    Error full = octets.error();
    full.detail += holding.owns
                       ? ": `keyferry lock lists --deny-all` ends everything signed so far "
                         "and begins a new one"
                       : ": ask the owner to take your own right back";
    return full;
  }
  KF_TRY(const bool kept, keystore::keep_list(wallet.home, *octets));
  if (kept) return Done{};
  return fail(Errc::conflict, "another keyferry process denied at the same time: try again");
}

Result<Holding> signer_of_signed(Wallet& wallet, const keystore::SignedRecord& record) {
  if (!record.deniable) {
    return fail(Errc::forbidden,
                "only the owner of a lock and the holder of a root can take back what they signed: "
                "ask who shared it with you",
                "ask_upward");
  }
  return need_holding(wallet, record.holding);
}

struct Reachable {
  Holding lock;
  std::string address;  // empty: those that are known
};

// An owner can say something to a lock without opening it, and one list of theirs is for all of
// their locks; everybody else's waits for a door. `address` is of `holding`.
std::vector<Reachable> locks_of_owner(const Wallet& wallet, const Holding& holding,
                                      const std::string& address) {
  std::vector<Reachable> out;
  const auto locks = keystore::load_locks(wallet.home);
  if (!holding.owns || !locks) return out;
  const auto owner = delegation::thumbprint_of(holding.owner);
  for (const keystore::LockRecord& lock : *locks) {
    auto found = need_holding(wallet, lock.name);
    if (!found || delegation::thumbprint_of(found->owner) != owner) continue;
    const std::string given = lock.name == holding.name ? address : std::string();
    if (given.empty() && found->addresses.empty()) continue;
    out.push_back({*std::move(found), given});
  }
  return out;
}

// What a lock has may be newer than ours, where this wallet was restored from a copy: a new list
// must not leave out what it denies.
void refresh(Wallet& wallet, const Holding& holding, const std::string& address) {
  for (const Reachable& one : locks_of_owner(wallet, holding, address)) {
    static_cast<void>(carry_lists(wallet, one.lock, one.address));
  }
}

void bring(Wallet& wallet, const Holding& holding, const std::string& address) {
  for (const Reachable& one : locks_of_owner(wallet, holding, address)) {
    if (const auto done = carry_lists(wallet, one.lock, one.address); !done) {
      wallet.person.say("note: lock \"" + one.lock.name + "\": " + done.error().detail);
    }
  }
}

Result<Done> note_reached(Wallet& wallet, const Holding& holding, const std::vector<Bytes>& doors,
                          DenyOutcome& outcome) {
  const auto root = holding.owns ? std::nullopt : std::optional(holding.chain.ids.front());
  KF_TRY(
      const auto list,
      keystore::load_list(wallet.home, delegation::thumbprint_of(holding.key.public_key()), root));
  if (!list) return Done{};
  outcome.waiting = locks_behind(*list, doors);
  std::set<std::string> reached;
  for (const Bytes& door : doors) reached.insert(encode_hex(keystore::lock_id_of(door)));
  for (const std::string& lock : outcome.waiting) reached.erase(lock);
  outcome.reached.assign(reached.begin(), reached.end());
  return Done{};
}

Result<Done> end_exchange(Wallet& wallet, const std::string& share) {
  KF_TRY(const auto sender, keystore::find_sender_record_by_share(wallet.home, share));
  if (!sender) return Done{};
  return end_share(wallet, *sender);
}

}  // namespace

Result<std::optional<std::string>> find_delegated(const keystore::Home& home,
                                                  const std::string& share) {
  std::set<std::string> fitting;
  const auto fits = [&](const std::string& id) {
    return id == share || (share.size() >= kLeastBeginning && id.starts_with(share));
  };
  KF_TRY(const auto senders, keystore::load_sender_records(home));
  for (const keystore::SenderRecord& sender : senders) {
    if (is_delegation(sender) && fits(sender.share)) fitting.insert(sender.share);
  }
  KF_TRY(const auto made, keystore::load_signed(home));
  for (const keystore::SignedRecord& one : made) {
    if (fits(one.share)) fitting.insert(one.share);
  }
  if (fitting.size() > 1 && !fitting.contains(share)) {
    return fail(Errc::invalid, "several shares begin like this: write more of the id", "usage");
  }
  if (fitting.empty()) return std::optional<std::string>();
  return std::optional(fitting.contains(share) ? share : *fitting.begin());
}

//= spec:lock#3-deny
Result<DenyOutcome> deny_delegation(Wallet& wallet, const std::string& share) {
  DenyOutcome outcome;
  outcome.share = share;
  // The list first: what it denies is denied whatever becomes of the exchange.
  KF_TRY(auto record, keystore::load_signed(wallet.home, share));
  if (record) {
    outcome.was_signed = true;
    KF_TRY(const Holding holding, signer_of_signed(wallet, *record));
    if (!record->denied) {
      refresh(wallet, holding, "");
      KF_TRY(delegation::DenyList list, next_list(wallet, holding));
      list.ids.push_back(record->id);
      KF_TRY(sign_and_keep(wallet, holding, std::move(list)));
      record->denied = true;
      KF_TRY(keystore::save_signed(wallet.home, *record));
    }
    bring(wallet, holding, "");
    KF_TRY(const auto rights, transfer::parse_delegation_rights(record->rights));
    KF_TRY(note_reached(wallet, holding, rights.doors, outcome));
  }
  KF_TRY(end_exchange(wallet, share));
  if (record) return outcome;
  // It may have been signed while the exchange came to its end.
  KF_TRY(record, keystore::load_signed(wallet.home, share));
  return record ? deny_delegation(wallet, share) : outcome;
}

Result<DenyOutcome> deny_all(Wallet& wallet, const Holding& holding, const std::string& address) {
  if (!holding.owns) return fail(Errc::forbidden, "only an owner denies everything", "owner");
  DenyOutcome outcome;
  outcome.was_signed = true;
  refresh(wallet, holding, address);
  KF_TRY(delegation::DenyList list, next_list(wallet, holding));
  KF_TRY(std::vector<keystore::SignedRecord> made, keystore::load_signed(wallet.home));
  std::erase_if(made,
                [&](const keystore::SignedRecord& one) { return !is_root_of(list.signer, one); });
  deny_roots(list, made);
  KF_TRY(sign_and_keep(wallet, holding, std::move(list)));
  std::vector<Bytes> doors = holding.doors;
  for (keystore::SignedRecord& one : made) {
    if (one.denied) continue;
    one.denied = true;
    KF_TRY(keystore::save_signed(wallet.home, one));
    const auto rights = transfer::parse_delegation_rights(one.rights);
    if (!rights || one.expires <= wallet.web.now()) continue;
    doors.insert(doors.end(), rights->doors.begin(), rights->doors.end());
  }
  bring(wallet, holding, address);
  KF_TRY(note_reached(wallet, holding, doors, outcome));
  return outcome;
}

Result<Done> renew_list(Wallet& wallet, const Holding& holding, const std::string& address) {
  if (!holding.owns) return fail(Errc::forbidden, "only an owner's list is renewed", "owner");
  refresh(wallet, holding, address);
  KF_TRY(delegation::DenyList list, next_list(wallet, holding));
  return sign_and_keep(wallet, holding, std::move(list));
}

Result<DoorOutcome> carry_lists(Wallet& wallet, const Holding& holding,
                                const std::string& address) {
  return state_to_lock(wallet, holding, address, delegation::Op::lists, delegation::kCborNull);
}

std::vector<std::string> locks_behind(const keystore::CarriedList& list,
                                      const std::vector<Bytes>& doors) {
  std::set<std::string> behind;
  for (const Bytes& door : doors) {
    const std::string lock = encode_hex(keystore::lock_id_of(door));
    const auto seen = list.seen.find(lock);
    if (seen == list.seen.end() || seen->second < list.list.number) behind.insert(lock);
  }
  return {behind.begin(), behind.end()};
}

}  // namespace keyferry::wallet
