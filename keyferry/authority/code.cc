#include "keyferry/authority/code.h"

#include <algorithm>

#include "keyferry/base/base64.h"

namespace keyferry::authority {
namespace {

constexpr std::uint8_t kZero[] = {0};

}  // namespace

std::string derive_code(const ServerKeys& keys, const ShareId& share, std::uint32_t number) {
  const ByteArray<4> counted{
      static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return encode_base64url(digest::hmac_sha256(
      keys.code.expose(), {bytes_of("keyferry code"), kZero, bytes_of(share.text()), counted}));
}

digest::Sha256 stored_form(std::string_view secret) {
  return digest::sha256(bytes_of(secret));
}

std::string encode_bearer(ByteView random) {
  require(random.size() == 32, "a token or handle has 256 random bits");
  return encode_base64url(random);
}

bool is_pin(std::string_view text) {
  return text.size() == 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

//= spec:authority#2-pin
digest::Sha256 pin_mac(const ServerKeys& keys, const ShareId& share, std::string_view pin) {
  return digest::hmac_sha256(keys.pin.expose(), {bytes_of(share.text()), kZero, bytes_of(pin)});
}

}  // namespace keyferry::authority
