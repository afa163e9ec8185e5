// Pre-authorized codes, offer handles, access tokens and PINs: how they are derived and stored.
#pragma once

#include <string>

#include "keyferry/authority/id.h"
#include "keyferry/authority/server_keys.h"
#include "keyferry/digest/hash.h"

namespace keyferry::authority {

// derive_code is base64url(HMAC-SHA-256(code key, "keyferry code" ‖ 0x00 ‖ share id ‖ u32 number)),
// 43 characters. Number 1 is a share's first code; a higher number makes the older ones dead. The
// caller hands the text to the holder and forgets it: only stored_form() of it is kept.
//
//= spec:authority#3-codes
std::string derive_code(const ServerKeys& keys, const ShareId& share, std::uint32_t number);

// stored_form is the SHA-256 under which a code, handle, token or notification id is kept.
digest::Sha256 stored_form(std::string_view secret);

// encode_bearer makes base64url of 32 random octets: a token or a handle.
std::string encode_bearer(ByteView random);

inline constexpr int kPinTries = 5;
inline constexpr int kRearms = 3;

// is_pin says whether `text` is exactly six ASCII digits.
bool is_pin(std::string_view text);

// pin_mac is HMAC-SHA-256(pin key, share id ‖ 0x00 ‖ PIN). Compare in constant time.
digest::Sha256 pin_mac(const ServerKeys& keys, const ShareId& share, std::string_view pin);

}  // namespace keyferry::authority
