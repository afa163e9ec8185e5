// The library wants its octets in place and crypto/ gives new ones: they are copied back, and what
// was opened is wiped.
#include "keyferry/verifier/lock_crypto.h"

#include <algorithm>

#include "keyferry/crypto/aead.h"
#include "keyferry/digest/hash.h"

namespace keyferry::verifier {
namespace {

Result<crypto::PublicKey> parse_key(ByteView key) {
  Bytes raw{0x04};
  raw.insert(raw.end(), key.begin(), key.end());
  return crypto::PublicKey::parse(crypto::KeyType::p256, raw);
}

}  // namespace

LockCrypto::LockCrypto(crypto::PrivateKey key) : key_(std::move(key)) {
  require(key_.type() == crypto::KeyType::p256, "a lock's key is P-256");
}

ByteArray<KFL_KEY> LockCrypto::public_key() const {
  ByteArray<KFL_KEY> out;
  const Bytes& raw = key_.public_key().raw();
  std::copy(raw.begin() + 1, raw.end(), out.begin());
  return out;
}

digest::Sha256 LockCrypto::hash(const kfl_part* parts, std::size_t count) {
  digest::Sha256Stream stream;
  for (std::size_t i = 0; i < count; ++i) stream.update(ByteView(parts[i].data, parts[i].size));
  return stream.finish();
}

int LockCrypto::verify(ByteView key, ByteView digest, ByteView signature) {
  const auto parsed = parse_key(key);
  if (!parsed) return -1;
  return parsed->verify_digest(digest, signature) ? 1 : 0;
}

std::optional<SecretBytes> LockCrypto::agree(ByteView other) const {
  const auto parsed = parse_key(other);
  if (!parsed) return std::nullopt;
  return key_.agree(*parsed);
}

bool LockCrypto::open(ByteView key, ByteView nonce, std::uint8_t* data, std::size_t size) {
  auto text = crypto::aead_open_at(crypto::Cipher::aes_256_gcm, SecretBytes::copy(key), nonce,
                                   ByteView(data, size));
  if (!text) return false;
  std::copy(text->begin(), text->end(), data);
  wipe(text->data(), text->size());
  return true;
}

void LockCrypto::seal(ByteView key, ByteView nonce, std::uint8_t* data, std::size_t size) {
  const Bytes sealed = crypto::aead_seal_at(crypto::Cipher::aes_256_gcm, SecretBytes::copy(key),
                                            nonce, ByteView(data, size - crypto::kAeadTagSize));
  std::copy(sealed.begin(), sealed.end(), data);
}

}  // namespace keyferry::verifier
