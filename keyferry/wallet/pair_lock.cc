// CPace turns the printed code into keys; what the lock says under one of them is stored before the
// owner's key goes out under the other, so that no lock has an owner who does not know it.
#include "keyferry/wallet/pair_lock.h"

#include <algorithm>

#include "keyferry/client/lock_talk.h"
#include "keyferry/codec/text.h"
#include "keyferry/crypto/aead.h"
#include "keyferry/crypto/cpace.h"
#include "keyferry/wallet/open_door.h"

namespace keyferry::wallet {
namespace {

constexpr std::string_view kPairing = "keyferry v1 lock pairing";
constexpr unsigned kStart = 16, kSid = 17, kShare = 18, kLock = 19, kOwner = 20;
constexpr std::size_t kLeastCode = 8, kMostCode = 64, kMostZone = 64, kMostDoorsOfLock = 8;
constexpr ByteArray<crypto::kAeadIvSize> kZeroNonce{};

struct Pairing {
  client::LockTalk talk;
  SecretBytes for_lock, for_owner;
};

SecretBytes pairing_key(const SecretBytes& isk, ByteView ya, ByteView yb, std::string_view side) {
  const std::string info = "keyferry v1 pair " + std::string(side);
  return SecretBytes(digest::hkdf(digest::sha256({ya, yb}), isk.expose(), bytes_of(info), 32));
}

Result<SecretBytes> digits_of_code(const SecretBytes& typed) {
  auto digits = codec::digits_of(text_of(typed.expose()));
  if (!digits || digits->size() < kLeastCode || digits->size() > kMostCode) {
    return fail(Errc::invalid,
                "the code that is printed on a lock has eight digits or more: nothing was sent",
                "code_form");
  }
  SecretBytes code = SecretBytes::copy(bytes_of(*digits));
  wipe(*digits);
  return code;
}

Error not_pairing() {
  return fail(Errc::conflict,
              "the lock does not pair: somebody has to allow it there (a button, or "
              "`keyferry-verifier lock --pair`), and it has no owner yet",
              "not_pairing");
}

Result<keystore::LockRecord> read_lock(ByteView statement) {
  keystore::LockRecord lock;
  delegation::CborReader reader(statement);
  reader.array(3, 3);
  const delegation::XyOctets key = delegation::read_cose_key(reader);
  lock.key = copy_of(key);
  lock.zone = std::string(reader.text(kMostZone));
  const std::size_t count = reader.array(1, kMostDoorsOfLock);
  const auto thumbprint = delegation::thumbprint_of(key);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    lock.doors.push_back(copy_of(reader.bytes(delegation::kIdSize + 1, delegation::kMostDoor)));
    if (!reader.ok()) break;
    const Bytes& door = lock.doors.back();
    if (!std::equal(door.begin(), door.begin() + delegation::kIdSize, thumbprint.begin())) {
      reader.fail();
    }
  }
  if (!reader.finished() || !codec::is_utf8(lock.zone)) {
    return fail(Errc::invalid, "what the lock says of itself has not its form", "form");
  }
  std::sort(lock.doors.begin(), lock.doors.end());
  return lock;
}

// compare is the guess: what it returns is what the lock says of itself.
Result<keystore::LockRecord> compare(Pairing& pairing, const SecretBytes& code) {
  KF_TRY(const client::LockFrame sid, pairing.talk.say(kStart));
  if (sid.type != kSid) return not_pairing();
  const auto side = crypto::CpaceSide::start({code.expose(), bytes_of(kPairing), sid.body});
  KF_TRY(const client::LockFrame theirs, pairing.talk.say(kShare, side.share()));
  crypto::CpaceShare yb{};
  if (theirs.type != kLock || theirs.body.size() < yb.size()) return not_pairing();
  std::copy_n(theirs.body.begin(), yb.size(), yb.begin());
  KF_TRY(const SecretBytes isk, side.initiator_key(sid.body, yb));
  pairing.for_lock = pairing_key(isk, side.share(), yb, "lock");
  pairing.for_owner = pairing_key(isk, side.share(), yb, "owner");
  const auto statement = crypto::aead_open_at(crypto::Cipher::aes_256_gcm, pairing.for_lock,
                                              kZeroNonce, ByteView(theirs.body).subspan(yb.size()));
  if (!statement) {
    return fail(Errc::forbidden,
                "this is not the code of the lock. The one guess is spent: have pairing allowed at "
                "the lock again",
                "code");
  }
  return read_lock(*statement);
}

// Which door's reader this is, the reader says. It was proved that the lock is behind the address.
void note_reader(keystore::LockRecord& lock, const std::string& address) {
  std::string door = keystore::door_name(lock.doors.front());
  if (lock.doors.size() > 1) {
    auto talk = client::LockTalk::connect(address);
    if (!talk) return;
    const auto challenge = talk->greet();
    if (!challenge ||
        std::find(lock.doors.begin(), lock.doors.end(), challenge->door) == lock.doors.end()) {
      return;
    }
    door = keystore::door_name(challenge->door);
  }
  lock.addresses[door] = address;
}

Result<std::string> name_of_lock(const keystore::Home& home, const std::string& wish) {
  if (wish.empty())
    return keystore::free_name({home.folder("locks"), home.folder("delegations")}, "lock");
  if (!keystore::is_credential_name(wish)) {
    return fail(Errc::invalid, "a lock's name has letters, digits, '.', '_' and '-', at most 64",
                "usage");
  }
  KF_TRY(const std::string free,
         keystore::free_name({home.folder("locks"), home.folder("delegations"), home.ssh_folder()},
                             wish));
  if (free == wish) return wish;
  return fail(Errc::conflict, "something is called \"" + wish + "\" already: choose another --name",
              "name_taken");
}

}  // namespace

//= spec:lock#4-pairing
Result<keystore::LockRecord> pair_lock(Wallet& wallet, const std::string& address,
                                       const std::string& name, const SecretBytes& code) {
  KF_TRY(const SecretBytes digits, digits_of_code(code));
  KF_TRY(const std::string chosen, name_of_lock(wallet.home, name));
  KF_TRY(const crypto::PrivateKey owner, keystore::owner_key(wallet.home, wallet.settings.persona));
  KF_TRY(client::LockTalk talk, client::LockTalk::connect(address));
  Pairing pairing{std::move(talk), {}, {}};
  KF_TRY(keystore::LockRecord lock, compare(pairing, digits));
  lock.name = chosen;
  lock.persona = wallet.settings.persona;
  KF_TRY(keystore::save_lock(wallet.home, lock));
  const Bytes own = delegation::cose_key(delegation::xy_of(owner.public_key()));
  KF_TRY(const client::LockFrame answer,
         pairing.talk.say(kOwner, crypto::aead_seal_at(crypto::Cipher::aes_256_gcm,
                                                       pairing.for_owner, kZeroNonce, own)));
  if (answer.type == 5 && answer.body == Bytes{1}) {
    {
      // The reader has one conversation at a time.
      const client::LockTalk ended = std::move(pairing.talk);
    }
    note_reader(lock, address);
    KF_TRY(keystore::save_lock(wallet.home, lock));
    return lock;
  }
  KF_TRY(keystore::erase_record(wallet.home.folder("locks"), lock.name));
  return not_pairing();
}

namespace {

Result<delegation::Challenge> greeting_of(const std::string& address) {
  KF_TRY(client::LockTalk talk, client::LockTalk::connect(address));
  return talk.greet();
}

Result<std::optional<keystore::LockRecord>> lock_of_key(const keystore::Home& home, ByteView key) {
  KF_TRY(std::vector<keystore::LockRecord> all, keystore::load_locks(home));
  for (keystore::LockRecord& lock : all) {
    if (std::equal(key.begin(), key.end(), lock.key.begin(), lock.key.end())) {
      return std::optional(std::move(lock));
    }
  }
  return std::optional<keystore::LockRecord>();
}

// The statement that asks for lists: it changes nothing, and an owner's alone is done.
Result<Done> prove_ownership(Wallet& wallet, const std::string& name, const std::string& address) {
  KF_TRY(const Holding holding, need_holding(wallet, name));
  KF_TRY(const DoorOutcome outcome,
         state_to_lock(wallet, holding, address, delegation::Op::lists, delegation::kCborNull));
  if (outcome.reason == delegation::kDone) return Done{};
  const std::string reason = delegation::reason_name(outcome.reason);
  if (reason != "refused" && reason != "owner") {
    return fail(Errc::forbidden, refusal_words(outcome.reason), reason);
  }
  return fail(
      Errc::forbidden,
      "this wallet is no owner of the lock there: one who is lets it in with `keyferry lock "
      "add-owner`, and the key that `keyferry lock key` prints here",
      "owner");
}

}  // namespace

Result<keystore::LockRecord> join_lock(Wallet& wallet, const std::string& address,
                                       const std::string& name) {
  KF_TRY(keystore::owner_key(wallet.home, wallet.settings.persona));
  KF_TRY(const delegation::Challenge challenge, greeting_of(address));
  KF_TRY(const auto before, lock_of_key(wallet.home, challenge.lock));
  keystore::LockRecord lock;
  if (before) {
    lock = *before;
  } else {
    KF_TRY(lock.name, name_of_lock(wallet.home, name));
    lock.persona = wallet.settings.persona;
    lock.key = copy_of(challenge.lock);
  }
  if (std::find(lock.doors.begin(), lock.doors.end(), challenge.door) == lock.doors.end()) {
    lock.doors.push_back(challenge.door);
    std::sort(lock.doors.begin(), lock.doors.end());
  }
  lock.addresses[keystore::door_name(challenge.door)] = address;
  KF_TRY(keystore::save_lock(wallet.home, lock));
  const auto proved = prove_ownership(wallet, lock.name, address);
  if (proved) return lock;
  KF_TRY(before ? keystore::save_lock(wallet.home, *before)
                : keystore::erase_record(wallet.home.folder("locks"), lock.name));
  return proved.error();
}

}  // namespace keyferry::wallet
