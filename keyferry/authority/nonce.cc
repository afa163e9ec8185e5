#include "keyferry/authority/nonce.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/digest/hash.h"

namespace keyferry::authority {
namespace {

constexpr std::size_t kMacSize = 16;
using Expiry = ByteArray<8>;

Expiry encode_expiry(std::int64_t ms) {
  Expiry out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(ms) >> (56 - 8 * i));
  }
  return out;
}

Bytes mac_of(const SecretBytes& key, std::string_view purpose, ByteView expiry) {
  constexpr std::uint8_t zero[] = {0};
  auto mac = digest::hmac_sha256(key.expose(), {bytes_of(purpose), zero, expiry});
  return Bytes(mac.begin(), mac.begin() + kMacSize);
}

}  // namespace

//= spec:authority#3-nonces
std::string make_nonce(const ServerKeys& keys, std::string_view purpose, Time now) {
  require(!keys.nonce.empty(), "there is a nonce key");
  const Expiry expiry = encode_expiry(unix_ms(now + kNonceLife));
  return encode_base64url(concat({expiry, mac_of(keys.nonce.front(), purpose, expiry)}));
}

bool nonce_is_current(const ServerKeys& keys, std::string_view purpose, std::string_view nonce,
                      Time now) {
  auto octets = parse_base64url(nonce);
  if (!octets || octets->size() != sizeof(Expiry) + kMacSize) return false;
  const ByteView expiry = ByteView(*octets).first(sizeof(Expiry));
  const ByteView mac = ByteView(*octets).subspan(sizeof(Expiry));
  std::uint64_t ms = 0;
  for (std::uint8_t octet : expiry) ms = (ms << 8) | octet;
  const auto now_ms = static_cast<std::uint64_t>(unix_ms(now));
  if (ms <= now_ms) return false;
  return std::ranges::any_of(keys.nonce, [&](const SecretBytes& key) {
    return equal_constant_time(mac_of(key, purpose, expiry), mac);
  });
}

}  // namespace keyferry::authority
