// The secret of a link and what is derived from it.
#pragma once

#include <string>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::transfer {

inline constexpr std::size_t kSecretSize = 32;       // AEAD_AES_256_GCM
inline constexpr std::size_t kPlainSecretSize = 16;  // AEAD_AES_128_GCM: --plain-v1

// make_share_secret draws 32 octets until their base64 has only letters and digits and the check
// holds: 15 500 hashes on average, some milliseconds. Costs 13.9 of 256 bits.
SecretBytes make_share_secret();

// make_plain_secret draws 16 octets without conditions, for --plain-v1.
SecretBytes make_plain_secret();

// check_holds says whether SHA-256("keyferry link" ‖ secret) begins with 12 zero bits.
bool check_holds(ByteView secret);

// claim_key_of is HKDF-SHA-256(ikm = secret, salt empty, info "keyferry claim", 32 octets): the
// proof that a claimant knows the secret, which does not give the secret away.
//
//= spec:tigress#A-55
SecretBytes claim_key_of(const SecretBytes& secret);

// claim_hash_of is base64url(SHA-256(claim_key)): what the sender tells the relay at Create.
std::string claim_hash_of(const SecretBytes& claim_key);

// encode_claim_key is the value of the header Mailbox-Claim-Key. The caller wipes the text.
std::string encode_claim_key(const SecretBytes& claim_key);

}  // namespace keyferry::transfer
