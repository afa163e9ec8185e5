// All is checked before anything is stored: the signer against the invite, the chain from the
// owner's key on, the key at its end, and the rights against the invite's.
#include "keyferry/wallet/receiver_delegation.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/text.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/keystore/deny_store.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/wallet/delegation_words.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostKind = 32;

Result<crypto::PublicKey> signer_of(const transfer::Import& import) {
  if (import.chain.empty()) return import.owner;
  KF_TRY(const delegation::Link above, delegation::parse_link(import.chain.back()));
  return delegation::key_of_xy(above.claims.holder);
}

// The invite names the signer: what the person agreed to was this key's offer.
Result<Done> check_issuer(const transfer::DelegationInvite& invite,
                          const transfer::Import& import) {
  KF_TRY(const crypto::PublicKey signer, signer_of(import));
  if (crypto::jwk_thumbprint(signer) == encode_base64url(invite.issuer)) return Done{};
  return fail(Errc::forbidden, "another key signed it than the one that offered it", "issuer");
}

Result<delegation::Effective> offered(const transfer::DelegationInvite& invite) {
  delegation::Effective out;
  KF_TRY(out.rights, transfer::parse_delegation_rights(invite.rights));
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(invite.expires).time_since_epoch().count();
  out.exp = static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, 0xffffffff));
  return out;
}

//= spec:lock#6-kept
Result<std::vector<Bytes>> check_import(const keystore::ReceiverRecord& record,
                                        const transfer::DelegationInvite& invite,
                                        const transfer::Import& import) {
  KF_TRY(check_issuer(invite, import));
  std::vector<Bytes> links = import.chain;
  links.push_back(import.delegation);
  KF_TRY(const auto chain, delegation::check_chain(links, import.owner));
  if (chain.holder != delegation::xy_of(record.key->public_key())) {
    return fail(Errc::forbidden, "it was signed for another key than yours", "holder");
  }
  KF_TRY(const delegation::Effective most, offered(invite));
  KF_TRY(delegation::check_inside(chain.effective, most));
  return links;
}

Result<std::string> name_for(const keystore::Home& home, const std::string& wish,
                             const std::vector<Bytes>& links) {
  const std::vector<file::Path> folders{home.folder("delegations"), home.folder("locks"),
                                        home.ssh_folder()};
  if (!wish.empty()) {
    KF_TRY(const std::string free, keystore::free_name(folders, wish));
    if (free == wish) return wish;
    return fail(Errc::conflict,
                "something is called \"" + wish + "\" already: choose another --name",
                "name_taken");
  }
  KF_TRY(const delegation::Link root, delegation::parse_link(links.front()));
  std::string name = keystore::door_name(root.claims.doors.front());
  for (const Bytes& link : links) {
    KF_TRY(const delegation::Link one, delegation::parse_link(link));
    if (!one.claims.doors.empty()) name = keystore::door_name(one.claims.doors.front());
  }
  return keystore::free_name(folders, keystore::is_credential_name(name) ? name : "door");
}

}  // namespace

//= spec:transfer#5-approval
Result<Done> show_delegation(Wallet& wallet, const transfer::DelegationInvite& invite) {
  if (invite.kind != transfer::kDelegationKind) {
    const auto name = codec::label(invite.kind, kMostKind);
    return fail(Errc::forbidden,
                "this offers a right of the kind \"" + (name ? *name : std::string()) +
                    "\", which this version of keyferry does not know",
                "kind");
  }
  KF_TRY(const auto rights, transfer::parse_delegation_rights(invite.rights));
  if (invite.expires <= wallet.web.now()) {
    return fail(Errc::forbidden, "what this link offers is over since " + show_time(invite.expires),
                "expired");
  }
  wallet.person.say("offered: " + doors_title(rights.doors) + " until " +
                    show_time(invite.expires));
  for (const std::string& line : limits_of(rights)) wallet.person.say("  " + line);
  wallet.person.say("signed by the sender's own key " + encode_base64url(invite.issuer) +
                    ": no authority knows of it");
  return Done{};
}

//= spec:transfer#3-delegation
Result<keystore::DelegationRecord> keep_delegation(Wallet& wallet,
                                                   const keystore::ReceiverRecord& record,
                                                   const transfer::DelegationInvite& invite,
                                                   const transfer::Import& import,
                                                   const std::string& name) {
  KF_TRY(std::vector<Bytes> links, check_import(record, invite, import));
  KF_TRY(crypto::PrivateKey key,
         crypto::PrivateKey::from_secret(crypto::KeyType::p256, record.key->secret().clone()));
  keystore::DelegationRecord kept{{},           record.persona,   std::move(key),
                                  import.owner, std::move(links), record.id,
                                  false,        wallet.web.now(), {}};
  {
    const auto lock = wallet.home.lock();
    if (!lock) return lock.error();
    KF_TRY(kept.name, name_for(wallet.home, name, kept.links));
    KF_TRY(keystore::save_delegation(wallet.home, kept));
  }
  for (const Bytes& list : import.lists) {
    const auto added = keystore::keep_list(wallet.home, list);
    if (!added)
      wallet.person.say("note: a deny list beside it was not kept: " + added.error().detail);
  }
  return kept;
}

}  // namespace keyferry::wallet
