// A list's signature is checked first and its number under the wallet's lock, so that of two
// processes with lists of one signer the newer list stays.
#include "keyferry/keystore/deny_store.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"

namespace keyferry::keystore {
namespace {

constexpr auto kClocksApart = std::chrono::hours(1);

std::string list_key(const delegation::Thumbprint& signer,
                     const std::optional<delegation::Id>& root) {
  return encode_hex(signer) + (root ? "-" + encode_hex(*root) : "");
}

Result<std::optional<CarriedList>> load_by_key(const Home& home, const std::string& key) {
  KF_TRY(const auto object, load_record(home.folder("lists"), key));
  if (!object) return std::optional<CarriedList>();
  CarriedList out;
  KF_TRY(out.octets, base64url_member(*object, "list"));
  KF_TRY(out.list, delegation::parse_deny_list(out.octets));
  KF_TRY(const boost::json::object* seen, codec::object_member(*object, "seen"));
  for (const auto& [lock, number] : *seen) {
    if (number.is_int64())
      out.seen[std::string(lock)] = static_cast<std::uint64_t>(number.get_int64());
  }
  return std::optional(std::move(out));
}

Result<Done> save_list(const Home& home, const CarriedList& carried) {
  boost::json::object seen;
  for (const auto& [lock, number] : carried.seen) {
    seen[lock] = static_cast<std::int64_t>(number);
  }
  return save_record(home.folder("lists"), list_key(carried.list.signer, carried.list.root),
                     {{"list", encode_base64url(carried.octets)}, {"seen", std::move(seen)}});
}

void add_signer(Signers& signers, const crypto::PublicKey& key) {
  signers.emplace(delegation::thumbprint_of(key), key);
}

}  // namespace

Result<Signers> signers_known(const Home& home) {
  Signers signers;
  KF_TRY(const auto locks, load_locks(home));
  for (const LockRecord& lock : locks) {
    KF_TRY(const auto own, find_owner_key(home, lock.persona));
    if (own) add_signer(signers, own->public_key());
  }
  KF_TRY(const auto delegations, load_delegations(home));
  for (const DelegationRecord& held : delegations) {
    add_signer(signers, held.owner);
    for (const Bytes& octets : held.links) {
      KF_TRY(const delegation::Link link, delegation::parse_link(octets));
      KF_TRY(const crypto::PublicKey key, delegation::key_of_xy(link.claims.holder));
      add_signer(signers, key);
    }
  }
  return signers;
}

Result<std::vector<CarriedList>> load_lists(const Home& home) {
  KF_TRY(const auto keys, record_names(home.folder("lists")));
  std::vector<CarriedList> all;
  for (const std::string& key : keys) {
    KF_TRY(auto carried, load_by_key(home, key));
    if (carried) all.push_back(*std::move(carried));
  }
  return all;
}

Result<std::optional<CarriedList>> load_list(const Home& home, const delegation::Thumbprint& signer,
                                             const std::optional<delegation::Id>& root) {
  return load_by_key(home, list_key(signer, root));
}

bool denies(const delegation::DenyList& list, const SignedRecord& record) {
  if (std::find(list.ids.begin(), list.ids.end(), record.id) != list.ids.end()) return true;
  const auto link = delegation::parse_link(record.link);
  return link && link->signed_.signer == list.signer && link->claims.nbf < list.since;
}

bool is_over(const SignedRecord& record, Time now) {
  return record.expires + kClocksApart < now;
}

Result<Done> erase_over(const Home& home, Time now) {
  KF_TRY(std::vector<SignedRecord> made, load_signed(home));
  std::erase_if(made, [&](const SignedRecord& one) { return !is_over(one, now); });
  if (made.empty()) return Done{};
  KF_TRY(const file::Lock lock, home.lock());
  KF_TRY(const auto lists, load_lists(home));
  for (const SignedRecord& one : made) {
    const bool named = std::any_of(lists.begin(), lists.end(), [&](const CarriedList& carried) {
      const auto& ids = carried.list.ids;
      return std::find(ids.begin(), ids.end(), one.id) != ids.end();
    });
    if (named) continue;
    KF_TRY(erase_record(home.folder("signed"), one.share));
  }
  return Done{};
}

//= spec:lock#3-deny
Result<bool> keep_list(const Home& home, ByteView octets) {
  KF_TRY(const delegation::DenyList named, delegation::parse_deny_list(octets));
  KF_TRY(const Signers signers, signers_known(home));
  const auto signer = signers.find(named.signer);
  if (signer == signers.end()) {
    return fail(Errc::forbidden, "this deny list is of nobody in your delegations: not kept",
                "signer");
  }
  KF_TRY(const delegation::DenyList list, delegation::verify_deny_list(octets, signer->second));
  KF_TRY(const file::Lock lock, home.lock());
  KF_TRY(auto before, load_list(home, list.signer, list.root));
  if (before && before->list.number >= list.number) return false;
  CarriedList carried;
  if (before) carried = *std::move(before);
  carried.octets = copy_of(octets);
  carried.list = list;
  KF_TRY(save_list(home, carried));
  return true;
}

Result<Done> note_seen(const Home& home, const delegation::ListNumber& shown, ByteView lock_id) {
  KF_TRY(const file::Lock lock, home.lock());
  KF_TRY(auto carried, load_list(home, shown.signer, shown.root));
  if (!carried) return Done{};
  std::uint64_t& number = carried->seen[encode_hex(lock_id)];
  if (number == shown.number) return Done{};
  number = shown.number;
  return save_list(home, *carried);
}

}  // namespace keyferry::keystore
