// A zero octet ends each label of a hash, and a length stands before each secret of varying size,
// so no two inputs are written alike.
#include "keyferry/transfer/key_schedule.h"

#include <algorithm>

namespace keyferry::transfer {
namespace {

constexpr std::uint8_t kZero[] = {0};

SecretBytes with_code(const SecretBytes& base, const SecretBytes& isk) {
  const std::uint8_t size[] = {static_cast<std::uint8_t>(isk.size())};
  return SecretBytes(concat({base.expose(), size, isk.expose()}));
}

SecretBytes expand(const SecretBytes& prk, std::string_view info, std::size_t size) {
  return SecretBytes(digest::hkdf_expand(prk.expose(), bytes_of(info), size));
}

}  // namespace

digest::Sha256 commit_to(const Nonce& sender_nonce) {
  return digest::sha256({bytes_of("keyferry v1 commit"), kZero, sender_nonce});
}

SecretBytes shared_base(const SecretBytes& secret, const SecretBytes& dh) {
  require(dh.size() == 32 && (secret.size() == 16 || secret.size() == 32),
          "sizes of secret and dh");
  const std::uint8_t size[] = {static_cast<std::uint8_t>(secret.size())};
  return SecretBytes(concat({size, secret.expose(), dh.expose()}));
}

digest::Sha256 first_hash(const digest::Sha256& h_invite, const crypto::X25519Public& receiver_key,
                          const Nonce& receiver_nonce) {
  return digest::sha256(
      {bytes_of("keyferry v1 first"), kZero, h_invite, receiver_key, receiver_nonce});
}

digest::Sha256 transcript_hash(const digest::Sha256& h_invite, const digest::Sha256& h_request,
                               const Nonce& sender_nonce) {
  return digest::sha256(
      {bytes_of("keyferry v1 transcript"), kZero, h_invite, h_request, sender_nonce});
}

SecretBytes request_key(const SecretBytes& base, const digest::Sha256& h_invite,
                        const crypto::X25519Public& receiver_key, const Nonce& receiver_nonce) {
  const digest::Sha256 first = first_hash(h_invite, receiver_key, receiver_nonce);
  const SecretBytes ikm = with_code(base, SecretBytes());
  return SecretBytes(digest::hkdf(first, ikm.expose(), bytes_of("keyferry v1 request"), 32));
}

TrafficKeys::TrafficKeys(const SecretBytes& base, const SecretBytes& isk,
                         const digest::Sha256& h_invite, const digest::Sha256& h_request,
                         const Nonce& sender_nonce) {
  const digest::Sha256 transcript = transcript_hash(h_invite, h_request, sender_nonce);
  const SecretBytes ikm = with_code(base, isk);
  digest::Sha256 prk = digest::hkdf_extract(transcript, ikm.expose());
  prk_ = SecretBytes::copy(prk);
  wipe(prk.data(), prk.size());
}

WordOctets TrafficKeys::words() const {
  const SecretBytes octets = expand(prk_, "keyferry v1 words", 3);
  WordOctets words{};
  std::copy_n(octets.expose().begin(), words.size(), words.begin());
  return words;
}

SecretBytes TrafficKeys::confirm() const {
  return expand(prk_, "keyferry v1 confirm receiver", 32);
}

SecretBytes TrafficKeys::key(std::string_view from, unsigned seq) const {
  return expand(prk_, "keyferry v1 key " + std::string(from) + " " + std::to_string(seq), 32);
}

}  // namespace keyferry::transfer
