// Draws whole secrets until one passes, so what comes out is uniform among those that can pass.
#include "keyferry/transfer/share_secret.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"

namespace keyferry::transfer {
namespace {

constexpr std::string_view kMailboxLabel = "keyferry link";
constexpr std::string_view kDropboxLabel = "keyferry dropbox link";
constexpr std::string_view kClaimLabel = "keyferry claim";

bool is_letters_and_digits(std::string_view text) {
  return text.find_first_of("-_") == std::string_view::npos;
}

bool is_writable(ByteView secret, LinkForm form) {
  std::string text = encode_base64url(secret);
  const bool plain = is_letters_and_digits(text);
  wipe(text);
  return plain && check_holds(secret, form);
}

}  // namespace

SecretBytes make_share_secret(LinkForm form) {
  // One draw of many secrets at a time: a system call each would cost more than the hashes.
  constexpr std::size_t kBatch = 256;
  while (true) {
    const SecretBytes batch = digest::random_secret(kBatch * kSecretSize);
    for (std::size_t i = 0; i < kBatch; ++i) {
      const ByteView secret = batch.expose().subspan(i * kSecretSize, kSecretSize);
      if (is_writable(secret, form)) return SecretBytes::copy(secret);
    }
  }
}

SecretBytes make_plain_secret() {
  return digest::random_secret(kPlainSecretSize);
}

bool check_holds(ByteView secret, LinkForm form) {
  const std::string_view label = form == LinkForm::mailbox ? kMailboxLabel : kDropboxLabel;
  const digest::Sha256 hash = digest::sha256({bytes_of(label), secret});
  return hash[0] == 0 && hash[1] < 16;
}

SecretBytes claim_key_of(const SecretBytes& secret) {
  return SecretBytes(digest::hkdf({}, secret.expose(), bytes_of(kClaimLabel), 32));
}

std::string claim_hash_of(const SecretBytes& claim_key) {
  return encode_base64url(digest::sha256(claim_key.expose()));
}

std::string encode_claim_key(const SecretBytes& claim_key) {
  return encode_base64url(claim_key.expose());
}

}  // namespace keyferry::transfer
