// Keys of the confirmed exchange (transfer.md section 4). Nothing that a side can still choose
// after it has seen the other's randomness enters the words: they hang on both nonces, both
// ephemeral keys and the invite and request as sealed, all fixed before the sender opens its nonce.
#pragma once

#include "keyferry/base/result.h"
#include "keyferry/crypto/x25519.h"
#include "keyferry/digest/hash.h"
#include "keyferry/transfer/words.h"

namespace keyferry::transfer {

using Nonce = ByteArray<32>;

// commit_to is H("keyferry v1 commit" ‖ 0x00 ‖ Ns), what the invite carries instead of Ns.
digest::Sha256 commit_to(const Nonce& sender_nonce);

// shared_base is u8(len(secret)) ‖ secret ‖ dh. `secret` has 16 or 32 octets, `dh` 32.
SecretBytes shared_base(const SecretBytes& secret, const SecretBytes& dh);

// first_hash and transcript_hash are `first` and `hs`: the salts of K_request and of prk.
digest::Sha256 first_hash(const digest::Sha256& h_invite, const crypto::X25519Public& receiver_key,
                          const Nonce& receiver_nonce);
digest::Sha256 transcript_hash(const digest::Sha256& h_invite, const digest::Sha256& h_request,
                               const Nonce& sender_nonce);

// request_key is K_request: known to whoever has the secret and one ephemeral private key, before
// the sender opens its nonce.
SecretBytes request_key(const SecretBytes& base, const digest::Sha256& h_invite,
                        const crypto::X25519Public& receiver_key, const Nonce& receiver_nonce);

// TrafficKeys are what both sides derive once Ns is open.
class TrafficKeys {
 public:
  // `isk` is empty without a code, else CPace's 64 octets.
  TrafficKeys(const SecretBytes& base, const SecretBytes& isk, const digest::Sha256& h_invite,
              const digest::Sha256& h_request, const Nonce& sender_nonce);
  WordOctets words() const;
  SecretBytes confirm() const;
  // key is K(from, seq) with `from` "sender" or "receiver". One key seals one plaintext.
  SecretBytes key(std::string_view from, unsigned seq) const;
  // prk for a transfer that is stored between two runs of the wallet; restore takes it back.
  const SecretBytes& prk() const { return prk_; }
  static TrafficKeys restore(SecretBytes prk) { return TrafficKeys(std::move(prk)); }

 private:
  explicit TrafficKeys(SecretBytes prk) : prk_(std::move(prk)) {}
  SecretBytes prk_;
};

}  // namespace keyferry::transfer
