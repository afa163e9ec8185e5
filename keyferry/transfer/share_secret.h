// The secret of a link and what is derived from it.
#pragma once

#include <string>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::transfer {

inline constexpr std::size_t kSecretSize = 32;       // AEAD_AES_256_GCM
inline constexpr std::size_t kPlainSecretSize = 16;  // AEAD_AES_128_GCM: --plain-v1

// LinkForm is where a link leads: to a mailbox of Draft V, or to a dropbox of Draft R.
enum class LinkForm { mailbox, dropbox };

// make_share_secret draws 32 octets until their base64 has only letters and digits and the check
// holds: 15 500 hashes on average, some milliseconds. Costs 13.9 of 256 bits.
//
//= spec:tigress#DRR-02
SecretBytes make_share_secret(LinkForm form = LinkForm::mailbox);

// make_plain_secret draws 16 octets without conditions, for --plain-v1.
SecretBytes make_plain_secret();

// check_holds says whether SHA-256(label ‖ secret) begins with 12 zero bits; the label is "keyferry
// link" or "keyferry dropbox link".
bool check_holds(ByteView secret, LinkForm form = LinkForm::mailbox);

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
