// Stateless nonces: base64url(u64 expiry in Unix ms ‖ first 16 octets of HMAC-SHA-256(nonce key,
// purpose ‖ 0x00 ‖ expiry)). A nonce may be used many times until it expires; what must happen once
// (a jti, a token, a redemption) is stored.
#pragma once

#include <string>

#include "keyferry/authority/server_keys.h"
#include "keyferry/base/clock.h"

namespace keyferry::authority {

inline constexpr Duration kNonceLife = std::chrono::minutes(5);

// A nonce of one purpose is never good for another.
inline constexpr std::string_view kCredentialNonce = "c_nonce";
inline constexpr std::string_view kDpopNonce = "dpop";

// make_nonce makes one that expires kNonceLife after `now`, under the newest key.
std::string make_nonce(const ServerKeys& keys, std::string_view purpose, Time now);

// nonce_is_current checks form, expiry and MAC (under every key).
bool nonce_is_current(const ServerKeys& keys, std::string_view purpose, std::string_view nonce,
                      Time now);

}  // namespace keyferry::authority
