// AES-GCM as Draft V and our own messages use it: IV(12) ‖ ciphertext ‖ tag(16). The key's length
// picks the cipher: 16 octets AEAD_AES_128_GCM, 32 octets AEAD_AES_256_GCM (RFC 5116). And the
// ciphers of TLS 1.3 under a nonce that the caller derived, for Draft R.
//
// Security notion of each: IND-CPA and INT-CTXT, and so IND-CCA2, while no nonce comes twice under
// a key; one that does tells how the two messages differ and lets others forge. None commits to its
// key: octets can be made that open under two keys.
#pragma once

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::crypto {

inline constexpr std::size_t kAeadIvSize = 12;
inline constexpr std::size_t kAeadTagSize = 16;

// aead_seal draws a random IV and returns IV ‖ ciphertext ‖ tag. `key` has 16 or 32 octets
// (anything else is a broken promise). A key may seal at most 2^32 messages; ours seal a handful.
//
//= spec:tigress#A-54
//= spec:tigress#FMT-06
//= spec:transfer#2-aead
Bytes aead_seal(const SecretBytes& key, ByteView plaintext, ByteView associated = {});

// aead_open checks and decrypts what aead_seal wrote. Errors: cannot_open, whatever is wrong: key,
// length, IV, text, tag or associated data. The caller wipes the plaintext if it is secret.
Result<Bytes> aead_open(const SecretBytes& key, ByteView sealed, ByteView associated = {});

enum class Cipher { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

// aead_seal_at returns ciphertext ‖ tag(16), associated data empty. `key` has the cipher's 16, 32
// or 32 octets and `nonce` 12 (else a broken promise). One key and nonce seal one message.
Bytes aead_seal_at(Cipher cipher, const SecretBytes& key, ByteView nonce, ByteView plaintext);

// aead_open_at is the reverse. Errors: cannot_open. The caller wipes the plaintext.
Result<Bytes> aead_open_at(Cipher cipher, const SecretBytes& key, ByteView nonce, ByteView sealed);

}  // namespace keyferry::crypto
