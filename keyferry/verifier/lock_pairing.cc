// take() spends the act once, for all attempts together; each key seals one message, so the nonce
// may be zero.
#include "keyferry/verifier/lock_pairing.h"

#include <algorithm>

#include "keyferry/crypto/aead.h"
#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"

namespace keyferry::verifier {
namespace {

constexpr std::string_view kContext = "keyferry v1 lock pairing";
constexpr ByteArray<crypto::kAeadIvSize> kZero{};

// k(x) = HKDF(ISK, salt SHA-256(Ya ‖ Yb), info "keyferry v1 pair " ‖ x, 32)
SecretBytes key_for(const SecretBytes& isk, ByteView ya, ByteView yb, std::string_view side) {
  const std::string info = "keyferry v1 pair " + std::string(side);
  return SecretBytes(digest::hkdf(digest::sha256({ya, yb}), isk.expose(), bytes_of(info), 32));
}

}  // namespace

void PairingAct::allow(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  end_ = now + kPairingTime;
}

void PairingAct::withdraw() {
  const std::lock_guard lock(mutex_);
  end_.reset();
}

bool PairingAct::allowed(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  return end_ && now < *end_;
}

bool PairingAct::take(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const bool good = end_ && now < *end_;
  end_.reset();
  return good;
}

PairingSession::PairingSession() {
  digest::random_fill(sid_);
}

Result<Bytes> PairingSession::share(ByteView ya, const SecretBytes& code, ByteView statement) {
  crypto::CpaceShare theirs{};
  if (ya.size() != theirs.size()) return fail(Errc::invalid, "a share has 32 octets");
  std::copy(ya.begin(), ya.end(), theirs.begin());
  const auto side = crypto::CpaceSide::start({code.expose(), bytes_of(kContext), sid_});
  KF_TRY(const SecretBytes isk, side.responder_key(sid_, theirs));
  const SecretBytes own = key_for(isk, ya, side.share(), "lock");
  owner_key_ = key_for(isk, ya, side.share(), "owner");
  Bytes out = copy_of(side.share());
  append(out, crypto::aead_seal_at(crypto::Cipher::aes_256_gcm, own, kZero, statement));
  return out;
}

Result<Bytes> PairingSession::owner(ByteView sealed) {
  if (!owner_key_) return fail(Errc::conflict, "no code was compared");
  const SecretBytes key = std::move(*owner_key_);
  owner_key_.reset();
  return crypto::aead_open_at(crypto::Cipher::aes_256_gcm, key, kZero, sealed);
}

}  // namespace keyferry::verifier
